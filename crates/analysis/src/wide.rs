//! Plain loops with the widest vector instructions of the processor that the program runs on.
//!
//! The program is built for every processor of its kind; here the same loop is compiled a few
//! times, and the best is chosen at run time. Sums are kept in lanes of a fixed number, and
//! products are not fused with sums, so that the findings are the same on every processor.

/// Sums kept side by side: as many as the widest registers that most processors have.
pub(crate) const LANES: usize = 8;
/// Numbers that are added up side by side.
pub(crate) type Lanes = [f32; LANES];

/// Runs `work`, compiled for the best processor there is. It and the functions that its inner
/// loops call have to be marked `#[inline(always)]`: what is called and not inlined is compiled for
/// every processor.
pub(crate) fn widely<T>(work: impl FnOnce() -> T) -> T {
    pulp::Arch::new().dispatch(work)
}

/// Adds the products of two lines to the sums.
#[inline(always)]
pub(crate) fn add_products<const N: usize>(to: &mut Lanes, a: &[f32; N], b: &[f32; N]) {
    const { assert!(N.is_multiple_of(LANES), "a rest would be left out") };
    let (a, b) = (a.as_chunks::<LANES>().0, b.as_chunks::<LANES>().0);
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            to[lane] += a[lane] * b[lane];
        }
    }
}
