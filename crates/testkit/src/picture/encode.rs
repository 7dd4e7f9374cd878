//! Pictures as ordinary files of every format that can be written without native code.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::Picture;

impl Picture {
    /// An RGB PNG, or RGBA when any pixel is not opaque.
    pub fn png(&self) -> Vec<u8> {
        if self.rgba.chunks_exact(4).all(|p| p[3] == 255) {
            return png_of(self, png::ColorType::Rgb, png::BitDepth::Eight, &self.rgb());
        }
        png_of(self, png::ColorType::Rgba, png::BitDepth::Eight, &self.rgba)
    }

    /// A grey PNG of 8 bits.
    pub fn grey_png(&self) -> Vec<u8> {
        let eight = png::BitDepth::Eight;
        png_of(self, png::ColorType::Grayscale, eight, &self.grey())
    }

    /// A baseline JPEG of the given quality (1–100), colour at half resolution.
    pub fn jpeg(&self, quality: u8) -> Vec<u8> {
        self.jpeg_with(|_| {}, quality)
    }

    /// A JPEG written after `set` has changed the encoder.
    pub fn jpeg_with(&self, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>), quality: u8) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, quality);
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        set(&mut encoder);
        encoder
            .encode(
                &self.rgb(),
                side(self.width),
                side(self.height),
                ColorType::Rgb,
            )
            .expect("a picture in memory can be encoded");
        out
    }

    /// A grey JPEG.
    pub fn grey_jpeg(&self, quality: u8) -> Vec<u8> {
        let mut out = Vec::new();
        Encoder::new(&mut out, quality)
            .encode(
                &self.grey(),
                side(self.width),
                side(self.height),
                ColorType::Luma,
            )
            .expect("a picture in memory can be encoded");
        out
    }

    /// A progressive JPEG.
    pub fn progressive_jpeg(&self, quality: u8) -> Vec<u8> {
        self.jpeg_with(|encoder| encoder.set_progressive(true), quality)
    }

    /// A lossless WebP.
    pub fn webp(&self) -> Vec<u8> {
        let mut out = Vec::new();
        image_webp::WebPEncoder::new(&mut out)
            .encode(
                &self.rgba,
                self.width,
                self.height,
                image_webp::ColorType::Rgba8,
            )
            .expect("a picture in memory can be encoded");
        out
    }

    /// A GIF of up to 256 colours, chosen by its encoder.
    pub fn gif(&self) -> Vec<u8> {
        super::animated_gif(std::slice::from_ref(self))
    }

    /// A 24-bit bitmap, bottom row first as most are.
    pub fn bmp(&self) -> Vec<u8> {
        let row_bytes = (self.width as usize * 3).next_multiple_of(4);
        let pixel_bytes = row_bytes * self.height as usize;
        let mut out = b"BM".to_vec();
        out.extend(
            u32::try_from(54 + pixel_bytes)
                .expect("a small picture")
                .to_le_bytes(),
        );
        out.extend([0; 4]);
        out.extend(54_u32.to_le_bytes());
        out.extend(40_u32.to_le_bytes());
        out.extend(self.width.to_le_bytes());
        out.extend(self.height.to_le_bytes());
        out.extend(1_u16.to_le_bytes());
        out.extend(24_u16.to_le_bytes());
        out.extend([0; 24]);
        for y in (0..self.height).rev() {
            let start = out.len();
            for x in 0..self.width {
                let [r, g, b, _] = self.pixel(x, y);
                out.extend([b, g, r]);
            }
            out.resize(start + row_bytes, 0);
        }
        out
    }

    /// An uncompressed little-endian RGB TIFF in strips of 16 rows.
    pub fn tiff(&self) -> Vec<u8> {
        super::multi_page_tiff(std::slice::from_ref(self))
    }
}

/// A PNG of samples that are already in the asked shape.
pub(super) fn png_of(
    picture: &Picture,
    colour: png::ColorType,
    depth: png::BitDepth,
    samples: &[u8],
) -> Vec<u8> {
    png_with(picture, colour, depth, samples, |_| {})
}

/// As [`png_of`], after `set` has changed the encoder.
pub(super) fn png_with(
    picture: &Picture,
    colour: png::ColorType,
    depth: png::BitDepth,
    samples: &[u8],
    set: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, picture.width, picture.height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    set(&mut encoder);
    let mut writer = encoder
        .write_header()
        .expect("a header in memory can be written");
    writer
        .write_image_data(samples)
        .expect("the samples fit the header");
    writer.finish().expect("the end can be written");
    out
}

pub(super) fn side(pixels: u32) -> u16 {
    u16::try_from(pixels).expect("pictures of tests have sides below 65536")
}
