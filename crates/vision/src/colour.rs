//! From the colours a file writes to sRGB, as a browser converts them.
//!
//! An embedded ICC profile is applied when its colour space fits the picture, and left aside with
//! a note when it is broken or does not fit. Profiles that are sRGB themselves in other words
//! are recognised by what they do to a set of probe colours and cost nothing afterwards. CMYK
//! without a profile is multiplied out, which is what browsers do.

use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout as IccLayout, Transform8BitExecutor, TransformOptions,
};

/// How the samples of a row follow each other, 8 or 16 bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// Ink as ink: 255 is full cover. (JPEG stores the inverse; its decoder here turns it.)
    Cmyk,
}

impl Layout {
    pub(crate) const fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    pub(crate) const fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }

    /// The layout without its alpha channel.
    const fn opaque(self) -> Self {
        match self {
            Self::Grey | Self::GreyAlpha => Self::Grey,
            Self::Rgb | Self::Rgba => Self::Rgb,
            Self::Cmyk => Self::Cmyk,
        }
    }
}

/// The profile cannot be used for this picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokenProfile;

/// Turns rows without alpha into rows of sRGB.
pub(crate) struct ToSrgb {
    from: Layout,
    profile: Option<Applied>,
    expanded: Vec<u8>,
}

struct Applied {
    transform: Arc<Transform8BitExecutor>,
    /// What the transform eats: grey rows are spread to RGB before an RGB profile is applied.
    eats: Layout,
}

impl ToSrgb {
    /// A converter without a profile.
    pub(crate) fn plain(layout: Layout) -> Self {
        Self {
            from: layout.opaque(),
            profile: None,
            expanded: Vec::new(),
        }
    }

    /// A converter through an ICC profile.
    ///
    /// # Errors
    /// [`BrokenProfile`] when the profile cannot be read or is for another colour space.
    pub(crate) fn with_profile(layout: Layout, icc: &[u8]) -> Result<Self, BrokenProfile> {
        let profile = ColorProfile::new_from_slice(icc).map_err(|_| BrokenProfile)?;
        let from = layout.opaque();
        let (eats, icc_layout) = match (profile.color_space, from) {
            (DataColorSpace::Gray, Layout::Grey) => (Layout::Grey, IccLayout::Gray),
            (DataColorSpace::Rgb, Layout::Grey | Layout::Rgb) => (Layout::Rgb, IccLayout::Rgb),
            (DataColorSpace::Cmyk, Layout::Cmyk) => (Layout::Cmyk, IccLayout::Rgba),
            _ => return Err(BrokenProfile),
        };
        let transform = profile
            .create_transform_8bit(
                icc_layout,
                &ColorProfile::new_srgb(),
                IccLayout::Rgb,
                TransformOptions::default(),
            )
            .map_err(|_| BrokenProfile)?;
        let mut converter = Self {
            from,
            profile: Some(Applied { transform, eats }),
            expanded: Vec::new(),
        };
        if converter.changes_nothing()? {
            converter.profile = None;
        }
        Ok(converter)
    }

    /// Whether rows come out as they went in: RGB, and no profile to apply.
    pub(crate) fn is_identity(&self) -> bool {
        self.profile.is_none() && self.from == Layout::Rgb
    }

    /// Converts `samples` into `rgb`, which has three bytes for each pixel.
    pub(crate) fn convert(&mut self, samples: &[u8], rgb: &mut [u8]) -> Result<(), BrokenProfile> {
        let Some(applied) = &self.profile else {
            self.convert_plainly(samples, rgb);
            return Ok(());
        };
        let source = if applied.eats == Layout::Rgb && self.from == Layout::Grey {
            self.expanded.clear();
            self.expanded
                .extend(samples.iter().flat_map(|grey| [*grey; 3]));
            &self.expanded
        } else {
            samples
        };
        applied
            .transform
            .transform(source, rgb)
            .map_err(|_| BrokenProfile)
    }

    fn convert_plainly(&self, samples: &[u8], rgb: &mut [u8]) {
        match self.from {
            Layout::Grey | Layout::GreyAlpha => {
                for (grey, out) in samples.iter().zip(rgb.chunks_exact_mut(3)) {
                    out.fill(*grey);
                }
            }
            Layout::Rgb | Layout::Rgba => rgb.copy_from_slice(samples),
            Layout::Cmyk => {
                for (ink, out) in samples.chunks_exact(4).zip(rgb.chunks_exact_mut(3)) {
                    for channel in 0..3 {
                        out[channel] = multiply(255 - ink[channel], 255 - ink[3]);
                    }
                }
            }
        }
    }

    /// Runs grey steps and a lattice of colours through and sees whether any moves by more than
    /// two steps of 255. Profiles that call themselves sRGB differ in rounding only.
    fn changes_nothing(&mut self) -> Result<bool, BrokenProfile> {
        const STEPS: [u8; 6] = [0, 51, 102, 153, 204, 255];
        let mut probe = Vec::new();
        let mut expected = Vec::new();
        match self.from {
            Layout::Cmyk => return Ok(false),
            Layout::Grey | Layout::GreyAlpha => {
                probe.extend(0..=255);
                expected.extend((0..=255_u8).flat_map(|grey| [grey; 3]));
            }
            Layout::Rgb | Layout::Rgba => {
                for r in STEPS {
                    for g in STEPS {
                        probe.extend(STEPS.iter().flat_map(|b| [r, g, *b]));
                    }
                }
                expected.clone_from(&probe);
            }
        }
        let mut got = vec![0; expected.len()];
        self.convert(&probe, &mut got)?;
        Ok(got.iter().zip(&expected).all(|(a, b)| a.abs_diff(*b) <= 2))
    }
}

impl std::fmt::Debug for ToSrgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToSrgb")
            .field("from", &self.from)
            .field("applies_profile", &self.profile.is_some())
            .finish_non_exhaustive()
    }
}

/// a × b / 255, rounded.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a × b / 255 is at most 255"
)]
pub(crate) fn multiply(a: u8, b: u8) -> u8 {
    ((u32::from(a) * u32::from(b) + 127) / 255) as u8
}

/// 16 bits to 8: scaled over the whole range, never clipped.
#[expect(clippy::cast_possible_truncation, reason = "65535 becomes 255")]
pub(crate) fn narrow(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_767) / 65_535) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_scale_to_eight_over_the_whole_range() {
        assert_eq!(narrow(0), 0);
        assert_eq!(narrow(257), 1);
        assert_eq!(narrow(0x8000), 128);
        assert_eq!(narrow(65_535), 255);
        for v in 0..=255_u16 {
            assert_eq!(u16::from(narrow(v * 257)), v);
        }
    }

    #[test]
    fn an_srgb_profile_in_other_words_changes_nothing() {
        let icc = ColorProfile::new_srgb().encode().unwrap();
        let converter = ToSrgb::with_profile(Layout::Rgb, &icc).unwrap();
        assert!(converter.is_identity());
    }

    #[test]
    fn a_wide_gamut_profile_makes_colours_stronger() {
        let icc = ColorProfile::new_display_p3().encode().unwrap();
        let mut converter = ToSrgb::with_profile(Layout::Rgb, &icc).unwrap();
        let mut rgb = [0; 3];
        converter.convert(&[200, 100, 100], &mut rgb).unwrap();
        assert!(rgb[0] > 205 && rgb[1] < 100, "{rgb:?}");
    }

    #[test]
    fn a_profile_for_another_colour_space_is_broken() {
        let icc = ColorProfile::new_srgb().encode().unwrap();
        assert!(ToSrgb::with_profile(Layout::Cmyk, &icc).is_err());
        assert!(ToSrgb::with_profile(Layout::Rgb, b"no profile").is_err());
    }

    #[test]
    fn ink_is_multiplied_out() {
        let mut rgb = [0; 6];
        ToSrgb::plain(Layout::Cmyk)
            .convert(&[0, 0, 0, 0, 255, 0, 0, 128], &mut rgb)
            .unwrap();
        assert_eq!(rgb, [255, 255, 255, 0, 127, 127]);
    }
}
