//! What is known of one picture by itself, as far as comparing needs it.

use lamina_model::Measures;

/// One picture without anything that is to be seen of it: see [`crate::Pictures`].
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// BLAKE3 of the file's bytes; equal for byte-for-byte copies.
    pub content_hash: [u8; 32],
    /// BLAKE3 of size and pixels; equal for pixel-for-pixel copies.
    pub pixel_hash: [u8; 32],
    /// Perceptual hash, 64 bits.
    pub perceptual_hash: u64,
    /// Numbers read off the pixels.
    pub measures: Measures,
    /// Width of the upright picture in pixels.
    pub width_px: u32,
    /// Height of the upright picture in pixels.
    pub height_px: u32,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// When the file was last modified, microseconds since 1970.
    pub modified_us: i64,
    /// Rank of the file's path among the paths of the set, by bytes. Every picture has its own;
    /// this is what makes findings independent of the order of the rows.
    pub order: u32,
}

impl Facts {
    /// Number of pixels.
    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.width_px) * u64::from(self.height_px)
    }
}
