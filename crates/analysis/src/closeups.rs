//! A closer look at pictures than signatures give, for those that need one.

/// Where pictures are seen larger.
///
/// What comes back must depend on nothing but the pixels of the picture.
pub trait Closeups: Sync {
    /// A row of the set seen larger. Without one, its signature must do.
    fn closeup(&self, row: u32) -> Option<Closeup>;
}

/// No picture is seen any larger.
#[derive(Debug, Clone, Copy)]
pub struct NoCloseups;

impl Closeups for NoCloseups {
    fn closeup(&self, _: u32) -> Option<Closeup> {
        None
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
