//! Plain loops with the widest vector instructions of the processor that the program runs on.
//!
//! The program is built for every processor of its kind, so the compiler may use the instructions
//! that all of them have, and no more. Here the same loop is compiled a few times and the best is
//! chosen at run time. No loop is written by hand for one processor.

/// Runs `work`, compiled for the best processor there is. It and the functions that its inner
/// loops call have to be marked `#[inline(always)]`: what is called and not inlined is compiled for
/// every processor. Small closures and iterators are inlined without that, and what is done once
/// in thousands of pixels may be compiled either way.
///
/// Luma, sums and sharpness of one picture take a third of the time that way.
pub(crate) fn widely<T>(work: impl FnOnce() -> T) -> T {
    pulp::Arch::new().dispatch(work)
}
