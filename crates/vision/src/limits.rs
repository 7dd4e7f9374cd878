//! How much one picture may ask of the machine.

/// Bounds that are checked from the header, before anything is allocated for the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Most pixels (width × height) of one picture. 300 million by default, which lets
    /// 200-megapixel phone photographs through.
    pub max_pixels: u64,
    /// Most bytes of one file. 2 GiB by default.
    pub max_file_bytes: u64,
    /// Most bytes that decoding one picture may hold at a time, besides the file itself. 1 GiB
    /// by default. Formats that can be read row by row need far less than their pixels would.
    pub max_alloc_bytes: u64,
    /// A large picture is made smaller while it is decoded, as far as its short side keeps so
    /// many pixels. 448 by default: twice what a model looks at.
    pub short_side_px: u32,
    /// Pixels along each side of what a model is fed. 224 by default; 0 where nothing is.
    pub tensor_side_px: u32,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            max_pixels: 300_000_000,
            max_file_bytes: 2 << 30,
            max_alloc_bytes: 1 << 30,
            short_side_px: 448,
            tensor_side_px: 224,
        }
    }
}
