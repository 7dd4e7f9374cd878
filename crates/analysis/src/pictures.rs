//! What is seen of pictures: so much for all of a set together that it is asked for one by one.

use lamina_model::Signature;

/// Where the pictures of a set are seen.
///
/// What comes back must depend on nothing but the pixels of the picture.
pub trait Pictures: Sync {
    /// A tiny grey copy of a row. Asked for several times, and many times of a row that has many
    /// look-alikes.
    fn signature(&self, row: u32) -> Signature;

    /// A row seen larger, for those that need a closer look. Without one, its signature must do.
    fn closeup(&self, row: u32) -> Option<Closeup> {
        let _ = row;
        None
    }
}

/// Signatures held in memory, and no picture seen any larger.
impl Pictures for Vec<Signature> {
    fn signature(&self, row: u32) -> Signature {
        self[row as usize].clone()
    }
}

/// A grey copy of a picture, large enough for its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closeup {
    luma: Vec<u8>,
    longest_px: u32,
}

impl Closeup {
    /// Cells along each side.
    pub const SIDE: usize = 256;

    /// [`Closeup::SIDE`]² luma values, row by row, of the whole upright frame squeezed into a
    /// square; and the longest side, in pixels, of what that was made from. Nothing comes back for
    /// any other number of values.
    pub fn new(luma: Vec<u8>, longest_px: u32) -> Option<Self> {
        (luma.len() == Self::SIDE * Self::SIDE).then_some(Self { luma, longest_px })
    }

    /// The luma values, row by row.
    pub(crate) fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// The longest side of what it was made from, pixels.
    pub(crate) const fn longest_px(&self) -> u32 {
        self.longest_px
    }
}
