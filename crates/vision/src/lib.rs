//! Facts about one picture: what it is, how it looks, what it is like.
//!
//! Four questions are answered here, all of them about a single picture:
//!
//! - [`sniff`] tells from the first bytes whether a file is a picture, a video or neither;
//! - [`look`](look()) decodes a picture once and takes everything from that one decode: size,
//!   colour, hashes, measures, thumbnail, and the small copy that the model is fed;
//! - [`part`](part()) cuts out of it what somebody wants to search with;
//! - an [`Embedder`] turns that small copy into a vector. [`Runtime`] finds the fastest one that
//!   works on this machine.
//!
//! An embedder may know a [`Language`]: how its vectors compare with words.
//!
//! All native and heavy dependencies live in this crate. It is synchronous, keeps no state but
//! the libraries it has loaded, and knows no database, no network and no dataset.

mod average;
mod canvas;
mod closeup;
mod colour;
mod cutout;
mod decode;
mod embed;
mod error;
mod exif;
mod half;
mod heap;
mod language;
mod limits;
mod look;
mod measures;
mod own;
mod painter;
mod part;
mod perceptual;
mod resize;
mod runtime;
mod sniff;
mod thumbnail;
mod view;
mod wide;

pub use closeup::{GreySquare, grey_square};
pub use cutout::cutout;
pub use embed::{Embedder, FakeEmbedder, ImageTensor, InsideModel, ModelId, Precision};
pub use error::{EmbedError, Rejection};
pub use heap::give_back;
pub use language::{CLASSES, ConceptMixture, Language, Meaning, Mixing, class_name, name_classes};
pub use limits::DecodeLimits;
pub use look::{Look, look};
pub use own::{ImageTower, MANIFEST, ModelError, ModelManifest, TextTower};
pub use part::{Part, part};
pub use runtime::{Runtime, RuntimeOptions};
pub use sniff::{Sniffed, sniff};
pub use view::{VIEW_SIDE, View, view};
