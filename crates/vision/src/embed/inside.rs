//! The model inside the program, and the sizes at which it may look at pictures.

use super::ModelId;

/// EfficientNet-Lite0 in single precision, as an ONNX file (opset 17, 13.4 MB, sha256
/// 08b1621b…): input `image` [n, 3, side, side] for any side, output `embedding` [n, 1280]. Its
/// last layer, which tells classes, is in a file of its own.
pub(crate) static MODEL_BYTES: &[u8] = include_bytes!("../../models/efficientnet-lite0.onnx");

/// Its last layer (5.1 MB, sha256 7c9ac08e…): input `embedding` [n, 1280], output `logits`
/// [n, 1000].
pub(crate) static CLASSES_BYTES: &[u8] =
    include_bytes!("../../models/efficientnet-lite0-classes.onnx");

/// The model without its last layer, with weights and values in between of 8 bits (3.8 MB, sha256
/// 33ce3c8e…, made of [`MODEL_BYTES`] by `models/quantise.py`).
pub(crate) static MODEL_BYTES_INT8: &[u8] =
    include_bytes!("../../models/efficientnet-lite0-int8.onnx");

/// Numbers in a vector of it.
pub(crate) const DIMENSIONS: usize = 1280;

/// What a model reckons with. The precision is a part of a model's name, but the vectors of all
/// precisions lie in one space: of 900 photographs the vectors of one in bfloat16 and in single
/// precision have a cosine of 0.998, of dark ones 0.986; those in integers and in single precision
/// one of 0.997, and of 0.968 at least (750 photographs, changed ones and drawings). Different
/// photographs are far from that. So they may be compared; only copies near the threshold may then
/// be told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// Numbers of 32 bits, on any machine.
    #[default]
    Single,
    /// Products of numbers of 16 bits (bfloat16), summed up in 32, where the processor has
    /// instructions for them.
    Bfloat16,
    /// Products of integers of 8 bits, summed up in 32, where the processor has instructions for
    /// them (VNNI): others would cut off sums that are too large.
    Int8,
}

impl Precision {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Single, Self::Bfloat16, Self::Int8];

    /// Its part of a [`ModelId`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Single => "fp32",
            Self::Bfloat16 => "bf16",
            Self::Int8 => "int8",
        }
    }

    /// Those that this processor has instructions for, the quickest first; 32 bits among them.
    pub fn here() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        return Self::with(Instructions {
            bf16: std::arch::is_x86_feature_detected!("avx512bf16"),
            bf16_tiles: has_bf16_tiles(),
            vnni_512: std::arch::is_x86_feature_detected!("avx512vnni"),
            vnni_256: std::arch::is_x86_feature_detected!("avxvnni"),
        });
        #[cfg(not(target_arch = "x86_64"))]
        Self::with(Instructions::default())
    }

    fn with(instructions: Instructions) -> Vec<Self> {
        let Instructions {
            bf16,
            bf16_tiles,
            vnni_512,
            vnni_256,
        } = instructions;
        let can = [
            (Self::Bfloat16, bf16 && bf16_tiles),
            (Self::Int8, vnni_512),
            // Where there are no tiles, integers are quicker and take less memory: of 1,940 pictures
            // 14.7 s and 136 MiB instead of 16.4 s and 195 MiB (EPYC of the fourth generation).
            (Self::Bfloat16, bf16 && !bf16_tiles),
            (Self::Single, true),
            // Right as well, but whether it is quicker was not measured.
            (Self::Int8, vnni_256 && !vnni_512),
        ];
        let can = can.into_iter().filter(|(_, can)| *can);
        can.map(|(precision, _)| precision).collect()
    }
}

/// What a processor has beside what all of them have.
#[derive(Debug, Clone, Copy, Default)]
struct Instructions {
    /// Products of bfloat16, in vectors of 512 bits.
    bf16: bool,
    /// Products of whole tiles of bfloat16 (AMX).
    bf16_tiles: bool,
    /// Products of integers of 8 bits, in vectors of 512 bits.
    vnni_512: bool,
    /// The same in vectors of 256 bits.
    vnni_256: bool,
}

/// Whether the processor multiplies tiles of bfloat16 (AMX-BF16: bit 22 of EDX of leaf 7 of `CPUID`),
/// and the system keeps them for each thread (bits 17 and 18 of XCR0), as Linux does since 5.16
/// (Intel, "Architecture Instruction Set Extensions Programming Reference").
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "one instruction that not every processor has")]
fn has_bf16_tiles() -> bool {
    use std::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};
    const OSXSAVE: u32 = 1 << 27;
    const AMX_BF16: u32 = 1 << 22;
    const TILES: u64 = 0b11 << 17;
    let has_instructions = __cpuid(0).eax >= 7
        && __cpuid(1).ecx & OSXSAVE != 0
        && __cpuid_count(7, 0).edx & AMX_BF16 != 0;
    // SAFETY: OSXSAVE says that there is XGETBV and that programs may use it.
    has_instructions && unsafe { _xgetbv(0) } & TILES == TILES
}

/// The model inside the program at one of its sizes. Vectors of different sizes are as those of
/// different models: never compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InsideModel {
    /// At the size that it was trained at, 224 pixels.
    #[default]
    Default,
    /// At 160 pixels: half the time. Of 984 pictures in folders by kind, as many have a nearest
    /// neighbour of their own kind as at 224 (0.985 and 0.903, instead of 0.983 and 0.901).
    Fast,
    /// Not at all: no vectors are made.
    None,
}

impl InsideModel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Default, Self::Fast, Self::None];

    /// What it is called where models are chosen by name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Fast => "fast",
            Self::None => "none",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }

    /// What it is, in a few words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Default => "the model inside the program",
            Self::Fast => "the same at 160 x 160 pixels: half the time for a vector",
            Self::None => {
                "no vectors: copies are found by their pixels, nothing by likeness or meaning"
            }
        }
    }

    /// Pixels along each side of the square that it looks at; 0 where it looks at nothing.
    pub const fn side(self) -> usize {
        match self {
            Self::Default => 224,
            Self::Fast => 160,
            Self::None => 0,
        }
    }

    /// Which model made a vector, where numbers of 32 bits were reckoned with.
    pub fn id(self) -> ModelId {
        self.id_in(Precision::Single)
    }

    /// Which model made a vector, where numbers of this precision were reckoned with.
    pub fn id_in(self, precision: Precision) -> ModelId {
        let family = match self {
            Self::Default => "efficientnet-lite0",
            Self::Fast => "efficientnet-lite0-160",
            Self::None => return ModelId::new("none/0"),
        };
        ModelId::new(format!("{family}/{}", precision.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Instructions, Precision};

    #[test]
    fn a_processor_is_given_what_it_has_instructions_for_the_quickest_first() {
        use Precision::{Bfloat16, Int8, Single};
        for (bf16, bf16_tiles, vnni_512, vnni_256, expected) in [
            (false, false, false, false, &[Single][..]),
            (false, false, true, false, &[Int8, Single]),
            (false, false, true, true, &[Int8, Single]),
            (false, false, false, true, &[Single, Int8]),
            (true, true, true, true, &[Bfloat16, Int8, Single]),
            (true, false, true, true, &[Int8, Bfloat16, Single]),
            (true, false, false, false, &[Bfloat16, Single]),
        ] {
            let instructions = Instructions {
                bf16,
                bf16_tiles,
                vnni_512,
                vnni_256,
            };
            assert_eq!(Precision::with(instructions), expected, "{instructions:?}");
        }
    }
}
