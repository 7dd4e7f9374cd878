//! One indexed picture and what is known about it by itself.

use serde::{Deserialize, Serialize};

use crate::{DatasetId, MediaId, SegmentId, SourcePath, Timestamp};

/// How the bytes of a picture are packed. Decided by content, never by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageFormat {
    /// Portable Network Graphics, APNG included.
    Png,
    /// JPEG (JFIF, Exif or bare).
    Jpeg,
    /// GIF 87a and 89a.
    Gif,
    /// TIFF of either byte order, and `BigTIFF`.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// WebP, lossy, lossless or animated.
    Webp,
    /// HEIF with HEVC inside (.heic, .heif).
    Heic,
    /// HEIF with AV1 inside (.avif).
    Avif,
    /// JPEG 2000 (.jp2, .j2k).
    Jp2,
}

impl ImageFormat {
    /// Every format, in the order of the definition.
    pub const ALL: [Self; 9] = [
        Self::Png,
        Self::Jpeg,
        Self::Gif,
        Self::Tiff,
        Self::Bmp,
        Self::Webp,
        Self::Heic,
        Self::Avif,
        Self::Jp2,
    ];

    /// The stable word stored in the database and printed in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::Tiff => "tiff",
            Self::Bmp => "bmp",
            Self::Webp => "webp",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::Jp2 => "jp2",
        }
    }

    /// The format with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// The media type (IANA) of the bytes.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Tiff => "image/tiff",
            Self::Bmp => "image/bmp",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
            Self::Jp2 => "image/jp2",
        }
    }

    /// Whether browsers show a file of this format as it is.
    pub const fn is_shown_by_browsers(self) -> bool {
        match self {
            Self::Png | Self::Jpeg | Self::Gif | Self::Bmp | Self::Webp | Self::Avif => true,
            Self::Tiff | Self::Heic | Self::Jp2 => false,
        }
    }

    /// The format that a lower-case file extension claims.
    pub fn from_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "png" | "apng" => Self::Png,
            "jpg" | "jpeg" | "jfif" | "jpe" => Self::Jpeg,
            "gif" => Self::Gif,
            "tif" | "tiff" => Self::Tiff,
            "bmp" | "dib" => Self::Bmp,
            "webp" => Self::Webp,
            "heic" | "heif" | "hif" => Self::Heic,
            "avif" => Self::Avif,
            "jp2" | "j2k" | "j2c" | "jpf" | "jpx" => Self::Jp2,
            _ => return None,
        })
    }
}

/// How colour is written in the file, before conversion to sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColourModel {
    /// One channel of grey.
    Grey,
    /// Red, green, blue (also YCbCr, which decodes to it).
    Rgb,
    /// An index into a table of colours.
    Palette,
    /// Cyan, magenta, yellow, black.
    Cmyk,
    /// CMYK behind a YCbCr transform (JPEG with Adobe transform 2).
    Ycck,
}

impl ColourModel {
    /// Every colour model.
    pub const ALL: [Self; 5] = [Self::Grey, Self::Rgb, Self::Palette, Self::Cmyk, Self::Ycck];

    /// The stable word stored in the database and printed in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Rgb => "rgb",
            Self::Palette => "palette",
            Self::Cmyk => "cmyk",
            Self::Ycck => "ycck",
        }
    }

    /// The colour model with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.as_str() == word)
    }
}

/// Something about a picture worth telling, which did not keep it from being indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaNote {
    /// The name's extension claims another format than the content has.
    ExtensionMismatch,
    /// The embedded ICC profile could not be used; colours were read as sRGB.
    BrokenIccProfile,
    /// The Exif block could not be read; the picture was taken as upright.
    BrokenExif,
    /// The decoder complained about something harmless, such as bytes after the end.
    DecoderWarning,
}

/// Numbers read off the pixels, as seen: upright, in sRGB, alpha over the fixed background.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Mean luma (Rec. 601), 0–255.
    pub luma_mean: f32,
    /// Standard deviation of luma, 0–127.5.
    pub luma_spread: f32,
    /// Luma below which 5 % of the pixels lie, 0–255.
    pub luma_p05: f32,
    /// Median luma, 0–255.
    pub luma_p50: f32,
    /// Luma below which 95 % of the pixels lie, 0–255.
    pub luma_p95: f32,
    /// Shannon entropy of the luma histogram, 0–8 bits.
    pub luma_entropy_bits: f32,
    /// Sharpness of the whole frame, at least 0; `lamina-vision` says how it is measured.
    pub sharpness: f32,
    /// Sharpness of the sharpest tiles of the frame, at least 0, in the unit of `sharpness`.
    pub sharpness_best: f32,
    /// Mean colour in sRGB, shown while the thumbnail loads.
    pub mean_rgb: [u8; 3],
}

/// A tiny grey copy of a picture for telling true copies from look-alikes.
///
/// [`Signature::SIDE`]² luma values, row by row, of the whole upright frame squeezed into a
/// square.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature(Box<[u8; Signature::LEN]>);

impl Signature {
    /// Pixels along each side.
    pub const SIDE: usize = 32;
    /// Bytes of one signature.
    pub const LEN: usize = Self::SIDE * Self::SIDE;

    /// Wraps the luma values.
    pub fn new(luma: [u8; Self::LEN]) -> Self {
        Self(Box::new(luma))
    }

    /// The luma values, row by row.
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signature({}x{})", Self::SIDE, Self::SIDE)
    }
}

/// A stretch of bytes inside a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobSlice {
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

/// Where the bulky facts about one picture lie in the blob store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The immutable pack that holds them.
    pub segment: SegmentId,
    /// Row of the vector and of the signature inside the pack, from 0.
    pub row: u32,
    /// The encoded thumbnail inside the pack's thumbnail blob.
    pub thumbnail: BlobSlice,
}

/// One indexed picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// Its id, stable as long as the file's path and content stay.
    pub id: MediaId,
    /// The dataset it belongs to.
    pub dataset_id: DatasetId,
    /// Its file, relative to the source.
    pub path: SourcePath,
    /// When it was first indexed.
    pub created_at: Timestamp,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// How the file is packed.
    pub format: ImageFormat,
    /// How colour is written in the file.
    pub colour_model: ColourModel,
    /// Bits per channel in the file: 1, 2, 4, 8, 16 or 32.
    pub bit_depth: u8,
    /// Whether the file has transparency.
    pub has_alpha: bool,
    /// Width of the upright picture in pixels.
    pub width_px: u32,
    /// Height of the upright picture in pixels.
    pub height_px: u32,
    /// Frames of an animation, pages of a TIFF; 1 for a still. The first is the one measured.
    pub frame_count: u32,
    /// Exif orientation found in the file, 1–8; already applied to everything here.
    pub orientation: u8,
    /// Things worth telling.
    pub notes: Vec<MediaNote>,
    /// BLAKE3 of the file's bytes.
    pub content_hash: [u8; 32],
    /// BLAKE3 of size and pixels as decoded; equal hashes mean equal pixels.
    pub pixel_hash: [u8; 32],
    /// Perceptual hash, 64 bits; a small Hamming distance means a like picture.
    pub perceptual_hash: u64,
    /// Numbers read off the pixels.
    pub measures: Measures,
    /// Where its thumbnail, vector and signature lie.
    pub placement: Placement,
}
