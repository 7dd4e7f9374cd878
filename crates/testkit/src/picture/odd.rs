//! Files that trip tools up: animations, odd colours, odd depths, labels that change the look,
//! and damage.

use jpeg_encoder::{ColorType, Encoder};

use super::Picture;
use super::encode::{png_of, png_with, side};

impl Picture {
    /// A CMYK JPEG as print shops write it: ink inverted, with the Adobe marker.
    pub fn cmyk_jpeg(&self, quality: u8) -> Vec<u8> {
        self.ink_jpeg(quality, ColorType::Cmyk)
    }

    /// The same behind a `YCbCr` transform, which the Adobe marker tells.
    pub fn ycck_jpeg(&self, quality: u8) -> Vec<u8> {
        self.ink_jpeg(quality, ColorType::CmykAsYcck)
    }

    fn ink_jpeg(&self, quality: u8, colour: ColorType) -> Vec<u8> {
        let ink: Vec<u8> = self
            .rgba
            .chunks_exact(4)
            .flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0])
            .collect();
        let mut out = Vec::new();
        Encoder::new(&mut out, quality)
            .encode(&ink, side(self.width), side(self.height), colour)
            .expect("a picture in memory can be encoded");
        out
    }

    /// A JPEG whose Exif says how to turn it (1–8, or nonsense); the pixels are stored as they
    /// are here.
    pub fn jpeg_with_orientation(&self, quality: u8, orientation: u16) -> Vec<u8> {
        self.jpeg_with(
            |encoder| {
                encoder
                    .add_exif_metadata(&exif(orientation))
                    .expect("a small Exif block fits");
            },
            quality,
        )
    }

    /// A JPEG with an ICC profile.
    pub fn jpeg_with_profile(&self, quality: u8, icc: &[u8]) -> Vec<u8> {
        self.jpeg_with(
            |encoder| encoder.add_icc_profile(icc).expect("the profile fits"),
            quality,
        )
    }

    /// A PNG whose `eXIf` chunk says how to turn it.
    pub fn png_with_orientation(&self, orientation: u16) -> Vec<u8> {
        insert_chunk(&self.png(), *b"eXIf", &exif(orientation))
    }

    /// A PNG whose `iCCP` chunk has a right checksum and nonsense inside.
    pub fn png_with_damaged_profile(&self) -> Vec<u8> {
        insert_chunk(&self.png(), *b"iCCP", b"profile\0\0nothing that inflates")
    }

    /// A PNG with an ICC profile.
    pub fn png_with_profile(&self, icc: &[u8]) -> Vec<u8> {
        let chunk = [b"profile\0\0".as_slice(), &stored_zlib(icc)].concat();
        insert_chunk(&self.png(), *b"iCCP", &chunk)
    }

    /// A grey PNG with alpha.
    pub fn grey_alpha_png(&self) -> Vec<u8> {
        let samples: Vec<u8> = self
            .grey()
            .into_iter()
            .zip(self.rgba.chunks_exact(4))
            .flat_map(|(grey, pixel)| [grey, pixel[3]])
            .collect();
        let colour = png::ColorType::GrayscaleAlpha;
        png_of(self, colour, png::BitDepth::Eight, &samples)
    }

    /// An RGBA PNG even when every pixel is opaque.
    pub fn rgba_png(&self) -> Vec<u8> {
        png_of(self, png::ColorType::Rgba, png::BitDepth::Eight, &self.rgba)
    }

    /// A grey PNG of 16 bits: each 8-bit grey times 257.
    pub fn grey16_png(&self) -> Vec<u8> {
        let samples: Vec<u8> = self
            .grey()
            .into_iter()
            .flat_map(|grey| [grey, grey])
            .collect();
        let colour = png::ColorType::Grayscale;
        png_of(self, colour, png::BitDepth::Sixteen, &samples)
    }

    /// An RGB PNG of 16 bits.
    pub fn rgb16_png(&self) -> Vec<u8> {
        let samples: Vec<u8> = self
            .rgb()
            .into_iter()
            .flat_map(|value| [value, value])
            .collect();
        png_of(self, png::ColorType::Rgb, png::BitDepth::Sixteen, &samples)
    }

    /// A grey PNG of 1, 2 or 4 bits.
    pub fn few_bits_png(&self, depth: png::BitDepth) -> Vec<u8> {
        let samples = self.packed(depth as u8);
        png_of(self, png::ColorType::Grayscale, depth, &samples)
    }

    /// A 1-bit PNG in which black is transparent (`tRNS`).
    pub fn one_bit_transparent_png(&self) -> Vec<u8> {
        let png = self.few_bits_png(png::BitDepth::One);
        insert_chunk(&png, *b"tRNS", &[0, 0])
    }

    /// A palette PNG: a palette of 6 × 6 × 6 colours, the nearest for each pixel.
    pub fn palette_png(&self) -> Vec<u8> {
        let step = |value: u8| (u16::from(value) * 5 + 127) / 255;
        let indexes: Vec<u8> = self
            .rgba
            .chunks_exact(4)
            .map(|p| (step(p[0]) * 36 + step(p[1]) * 6 + step(p[2])) as u8)
            .collect();
        png_with(
            self,
            png::ColorType::Indexed,
            png::BitDepth::Eight,
            &indexes,
            |encoder| encoder.set_palette(cube()),
        )
    }

    /// A palette TIFF with the same 216 colours.
    pub fn palette_tiff(&self) -> Vec<u8> {
        let step = |value: u8| (u16::from(value) * 5 + 127) / 255;
        let indexes: Vec<u8> = self
            .rgba
            .chunks_exact(4)
            .map(|p| (step(p[0]) * 36 + step(p[1]) * 6 + step(p[2])) as u8)
            .collect();
        let mut palette = cube();
        palette.resize(256 * 3, 0);
        let map: Vec<u16> = (0..3)
            .flat_map(|channel| palette.iter().skip(channel).step_by(3))
            .map(|value| u16::from(*value) * 257)
            .collect();
        let mut page = Page::new(self, 3, &[8], indexes);
        page.colour_map = map;
        tiff_file(Endian::Little, &[page])
    }

    /// A grey TIFF of 16 bits in either byte order.
    pub fn grey16_tiff(&self, endian: Endian) -> Vec<u8> {
        let samples = self
            .grey()
            .into_iter()
            .flat_map(|grey| endian.u16(u16::from(grey) * 257))
            .collect();
        tiff_file(endian, &[Page::new(self, 1, &[16], samples)])
    }

    /// A 1-bit TIFF in which 0 is white, as fax machines write it.
    pub fn one_bit_tiff(&self) -> Vec<u8> {
        let inverted = self.packed(1).into_iter().map(|byte| !byte).collect();
        tiff_file(Endian::Big, &[Page::new(self, 0, &[1], inverted)])
    }

    /// A CMYK TIFF.
    pub fn cmyk_tiff(&self) -> Vec<u8> {
        let ink = self
            .rgba
            .chunks_exact(4)
            .flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0])
            .collect();
        tiff_file(Endian::Little, &[Page::new(self, 5, &[8; 4], ink)])
    }

    /// A TIFF with an orientation tag.
    pub fn tiff_with_orientation(&self, orientation: u16) -> Vec<u8> {
        let mut page = Page::new(self, 2, &[8; 3], self.rgb());
        page.orientation = orientation;
        tiff_file(Endian::Big, &[page])
    }

    /// Grey of 1, 2 or 4 bits, rows padded to whole bytes.
    fn packed(&self, bits: u8) -> Vec<u8> {
        let grey = self.grey();
        let mut out = Vec::new();
        for row in grey.chunks_exact(self.width as usize) {
            for pixels in row.chunks(usize::from(8 / bits)) {
                let byte = pixels
                    .iter()
                    .enumerate()
                    .fold(0_u8, |byte, (index, value)| {
                        byte | ((value >> (8 - bits)) << (8 - bits * (index as u8 + 1)))
                    });
                out.push(byte);
            }
        }
        out
    }
}

/// A GIF whose frames are these pictures, all of one size, a tenth of a second each.
pub fn animated_gif(frames: &[Picture]) -> Vec<u8> {
    let mut out = Vec::new();
    let (width, height) = (side(frames[0].width), side(frames[0].height));
    let mut encoder =
        gif::Encoder::new(&mut out, width, height, &[]).expect("a header in memory can be written");
    for picture in frames {
        let mut pixels = picture.rgba.clone();
        let mut frame = gif::Frame::from_rgba_speed(width, height, &mut pixels, 10);
        frame.delay = 10;
        encoder
            .write_frame(&frame)
            .expect("a frame in memory can be written");
    }
    drop(encoder);
    out
}

/// An APNG whose frames are these pictures.
pub fn animated_png(frames: &[Picture]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, frames[0].width, frames[0].height);
    encoder.set_color(png::ColorType::Rgb);
    encoder
        .set_animated(u32::try_from(frames.len()).expect("few frames"), 0)
        .expect("there are frames");
    let mut writer = encoder
        .write_header()
        .expect("a header in memory can be written");
    for picture in frames {
        writer
            .write_image_data(&picture.rgb())
            .expect("the samples fit the header");
    }
    writer.finish().expect("the end can be written");
    out
}

/// An animated WebP whose frames are these pictures, lossless (RFC 9649, section 2.7).
pub fn animated_webp(frames: &[Picture]) -> Vec<u8> {
    let three = |value: u32| value.to_le_bytes()[..3].to_vec();
    let (width, height) = (frames[0].width, frames[0].height);
    let mut body = b"WEBP".to_vec();
    let mut extended = vec![0x02, 0, 0, 0];
    extended.extend(three(width - 1));
    extended.extend(three(height - 1));
    riff_chunk(&mut body, *b"VP8X", &extended);
    riff_chunk(&mut body, *b"ANIM", &[255, 255, 255, 255, 0, 0]);
    for picture in frames {
        let still = picture.webp();
        let mut frame = vec![0; 6];
        frame.extend(three(width - 1));
        frame.extend(three(height - 1));
        frame.extend(three(100));
        frame.push(0);
        // A still file is "RIFF", its size, "WEBP", then the one chunk that a frame needs.
        frame.extend(&still[12..]);
        riff_chunk(&mut body, *b"ANMF", &frame);
    }
    let mut out = b"RIFF".to_vec();
    out.extend(
        u32::try_from(body.len())
            .expect("a small file")
            .to_le_bytes(),
    );
    out.extend(body);
    out
}

/// A TIFF whose pages are these pictures.
pub fn multi_page_tiff(pages: &[Picture]) -> Vec<u8> {
    let pages: Vec<Page> = pages
        .iter()
        .map(|picture| Page::new(picture, 2, &[8; 3], picture.rgb()))
        .collect();
    tiff_file(Endian::Little, &pages)
}

/// Byte order of a TIFF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endian {
    /// `II`, lowest byte first.
    Little,
    /// `MM`, highest byte first.
    Big,
}

impl Endian {
    fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }
}

struct Page {
    width: u32,
    height: u32,
    photometric: u16,
    bits: Vec<u16>,
    orientation: u16,
    colour_map: Vec<u16>,
    samples: Vec<u8>,
}

impl Page {
    fn new(picture: &Picture, photometric: u16, bits: &[u16], samples: Vec<u8>) -> Self {
        Self {
            width: picture.width,
            height: picture.height,
            photometric,
            bits: bits.to_vec(),
            orientation: 1,
            colour_map: Vec::new(),
            samples,
        }
    }
}

const ROWS_PER_STRIP: u32 = 16;

/// An uncompressed TIFF (TIFF 6.0): for each page its arrays, its strips, then its directory.
fn tiff_file(endian: Endian, pages: &[Page]) -> Vec<u8> {
    let mut out = match endian {
        Endian::Little => b"II*\0".to_vec(),
        Endian::Big => b"MM\0*".to_vec(),
    };
    out.extend([0; 4]);
    let mut link = 4;
    for page in pages {
        let row_bits =
            page.width as usize * page.bits.iter().map(|b| usize::from(*b)).sum::<usize>();
        let strip_bytes = row_bits.div_ceil(8) * ROWS_PER_STRIP as usize;
        let strips: Vec<&[u8]> = page.samples.chunks(strip_bytes).collect();
        let offset = |out: &Vec<u8>| u32::try_from(out.len()).expect("a small file");
        let mut offsets = Vec::new();
        for strip in &strips {
            offsets.push(offset(&out));
            out.extend(*strip);
        }
        let lengths: Vec<u32> = strips
            .iter()
            .map(|s| u32::try_from(s.len()).expect("small"))
            .collect();
        let shorts = |values: &[u16]| {
            values
                .iter()
                .flat_map(|v| endian.u16(*v))
                .collect::<Vec<u8>>()
        };
        let longs = |values: &[u32]| {
            values
                .iter()
                .flat_map(|v| endian.u32(*v))
                .collect::<Vec<u8>>()
        };
        let mut entries: Vec<(u16, u16, u32, Vec<u8>)> = vec![
            (256, 4, 1, longs(&[page.width])),
            (257, 4, 1, longs(&[page.height])),
            (258, 3, page.bits.len() as u32, shorts(&page.bits)),
            (259, 3, 1, shorts(&[1])),
            (262, 3, 1, shorts(&[page.photometric])),
            (273, 4, offsets.len() as u32, longs(&offsets)),
            (274, 3, 1, shorts(&[page.orientation])),
            (277, 3, 1, shorts(&[page.bits.len() as u16])),
            (278, 4, 1, longs(&[ROWS_PER_STRIP])),
            (279, 4, lengths.len() as u32, longs(&lengths)),
        ];
        if !page.colour_map.is_empty() {
            entries.push((
                320,
                3,
                page.colour_map.len() as u32,
                shorts(&page.colour_map),
            ));
        }
        // Values of up to four bytes stand in the directory itself, longer ones before it.
        let values: Vec<[u8; 4]> = entries
            .iter()
            .map(|(_, _, _, bytes)| {
                if bytes.len() > 4 {
                    let at = offset(&out);
                    out.extend(bytes);
                    return endian.u32(at);
                }
                let mut value = [0; 4];
                value[..bytes.len()].copy_from_slice(bytes);
                value
            })
            .collect();
        let at = offset(&out);
        out[link..link + 4].copy_from_slice(&endian.u32(at));
        out.extend(endian.u16(entries.len() as u16));
        for ((tag, kind, count, _), value) in entries.iter().zip(values) {
            out.extend(endian.u16(*tag));
            out.extend(endian.u16(*kind));
            out.extend(endian.u32(*count));
            out.extend(value);
        }
        link = out.len();
        out.extend([0; 4]);
    }
    out
}

/// An Exif block (Exif 2.3) that says nothing but the orientation.
pub fn exif(orientation: u16) -> Vec<u8> {
    let mut out = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    out.extend(orientation.to_be_bytes());
    out.extend([0; 6]);
    out
}

/// A JPEG without its Adobe marker.
pub fn without_adobe_marker(jpeg: &[u8]) -> Vec<u8> {
    let at = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xee])
        .expect("the file has an Adobe marker");
    let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    [&jpeg[..at], &jpeg[at + 2 + length..]].concat()
}

/// A PNG with one more chunk right after its header, checksum included.
pub fn insert_chunk(png: &[u8], kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    const AFTER_HEADER: usize = 8 + 25;
    let mut chunk = u32::try_from(data.len())
        .expect("a small chunk")
        .to_be_bytes()
        .to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    let checksum = crc32(&chunk[4..]);
    chunk.extend(checksum.to_be_bytes());
    [&png[..AFTER_HEADER], &chunk, &png[AFTER_HEADER..]].concat()
}

/// CRC-32 as PNG uses it (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// A zlib stream (RFC 1950) that compresses nothing.
fn stored_zlib(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("small data");
    let mut out = vec![0x78, 0x01, 0x01];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(data);
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn riff_chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend(kind);
    out.extend(
        u32::try_from(data.len())
            .expect("a small chunk")
            .to_le_bytes(),
    );
    out.extend(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
}

/// 6 × 6 × 6 colours, red slowest.
fn cube() -> Vec<u8> {
    let steps = [0, 51, 102, 153, 204, 255];
    let mut palette = Vec::new();
    for r in steps {
        for g in steps {
            for b in steps {
                palette.extend([r, g, b]);
            }
        }
    }
    palette
}
