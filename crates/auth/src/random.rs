//! Random bytes out of a [`Chance`], as an array that wipes itself.

use lamina_model::Chance;
use zeroize::Zeroizing;

pub(crate) fn bytes<const N: usize>(chance: &dyn Chance) -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    chance.fill(&mut *bytes);
    bytes
}
