//! A pair of models too small to be of use, written byte by byte: a picture is its mean colour, a
//! text the mean of its words' colours.
//!
//! An ONNX file is a protobuf message; the few fields used here are those of `onnx.proto` (IR
//! version 8, opset 13).

use std::path::Path;

/// Numbers in a vector of the pair.
pub const PAIR_DIMENSIONS: usize = 3;
/// Pixels along each side of what its image tower looks at.
pub const PAIR_SIDE: usize = 8;

/// Writes `model.toml`, `image.onnx`, `text.onnx` and `tokenizer.json` into a folder, which must
/// be there. It knows the words red, green and blue.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_pair(folder: &Path, name: &str) -> std::io::Result<()> {
    fs_err::write(folder.join("model.toml"), manifest(name))?;
    fs_err::write(folder.join("image.onnx"), image_tower())?;
    fs_err::write(folder.join("text.onnx"), text_tower())?;
    fs_err::write(folder.join("tokenizer.json"), TOKENIZER)
}

fn manifest(name: &str) -> String {
    format!(
        r#"name = "{name}"
dimensions = {PAIR_DIMENSIONS}

[image]
file = "image.onnx"
input = "pixels"
output = "picture"
side = {PAIR_SIDE}
mean = [0.5, 0.5, 0.5]
std = [0.5, 0.5, 0.5]

[text]
file = "text.onnx"
tokenizer = "tokenizer.json"
input = "tokens"
output = "text"
length = 16
"#
    )
}

const TOKENIZER: &str = r#"{
    "model": {"type": "WordPiece",
        "vocab": {"[CLS]": 0, "[SEP]": 1, "[UNK]": 2, "red": 3, "green": 4, "blue": 5}},
    "normalizer": {"type": "BertNormalizer", "lowercase": true, "strip_accents": null},
    "pre_tokenizer": {"type": "BertPreTokenizer"}
}"#;

/// What each token of the vocabulary means.
const WORDS: [[f32; PAIR_DIMENSIONS]; 6] = [
    [0.0; 3],
    [0.0; 3],
    [0.01, 0.01, 0.01],
    [1.0, -1.0, -1.0],
    [-1.0, 1.0, -1.0],
    [-1.0, -1.0, 1.0],
];

/// `pixels` [1, 3, side, side] → the mean over both sides, `picture` [1, 3].
fn image_tower() -> Vec<u8> {
    let side = PAIR_SIDE as u64;
    let mean = mean_over(&[2, 3], "pixels", "picture");
    model(
        &[mean],
        &[],
        &value("pixels", FLOAT, &[1, 3, side, side]),
        &value("picture", FLOAT, &[1, PAIR_DIMENSIONS as u64]),
    )
}

/// `tokens` [1, n] → the mean of what they mean, `text` [1, 3].
fn text_tower() -> Vec<u8> {
    let gather = [
        text(1, "table"),
        text(1, "tokens"),
        text(2, "words"),
        text(4, "Gather"),
    ]
    .concat();
    let mean = mean_over(&[1], "words", "text");
    let numbers: Vec<u8> = WORDS
        .as_flattened()
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    let table = [
        number(1, WORDS.len() as u64),
        number(1, PAIR_DIMENSIONS as u64),
        number(2, FLOAT),
        text(8, "table"),
        bytes(9, &numbers),
    ]
    .concat();
    model(
        &[gather, mean],
        &[table],
        &value("tokens", INTEGER, &[1, 0]),
        &value("text", FLOAT, &[1, PAIR_DIMENSIONS as u64]),
    )
}

/// `TensorProto.DataType`.
const FLOAT: u64 = 1;
const INTEGER: u64 = 7;

fn model(nodes: &[Vec<u8>], tables: &[Vec<u8>], input: &[u8], output: &[u8]) -> Vec<u8> {
    let mut graph: Vec<u8> = nodes.iter().flat_map(|node| bytes(1, node)).collect();
    graph.extend(text(2, "graph"));
    graph.extend(tables.iter().flat_map(|table| bytes(5, table)));
    graph.extend(bytes(11, input));
    graph.extend(bytes(12, output));
    let opset = [text(1, ""), number(2, 13)].concat();
    [number(1, 8), bytes(7, &graph), bytes(8, &opset)].concat()
}

/// A node `ReduceMean` that keeps no dimension of size 1.
fn mean_over(axes: &[u64], from: &str, to: &str) -> Vec<u8> {
    let mut axes_attribute = text(1, "axes");
    axes_attribute.extend(axes.iter().flat_map(|axis| number(8, *axis)));
    axes_attribute.extend(number(20, 7));
    let keep = [text(1, "keepdims"), number(3, 0), number(20, 2)].concat();
    [
        text(1, from),
        text(2, to),
        text(4, "ReduceMean"),
        bytes(5, &axes_attribute),
        bytes(5, &keep),
    ]
    .concat()
}

/// The name, type and shape of an input or output; a side of 0 is any.
fn value(name: &str, kind: u64, shape: &[u64]) -> Vec<u8> {
    let dimension = |side: &u64| match side {
        0 => bytes(1, &text(2, "n")),
        side => bytes(1, &number(1, *side)),
    };
    let shape: Vec<u8> = shape.iter().flat_map(dimension).collect();
    let tensor = [number(1, kind), bytes(2, &shape)].concat();
    [text(1, name), bytes(2, &bytes(1, &tensor))].concat()
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn text(field: u64, value: &str) -> Vec<u8> {
    bytes(field, value.as_bytes())
}

fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [
        varint(field << 3 | 2),
        varint(value.len() as u64),
        value.to_vec(),
    ]
    .concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut all = Vec::new();
    while value >= 128 {
        all.push(value.to_le_bytes()[0] | 128);
        value >>= 7;
    }
    all.push(value.to_le_bytes()[0]);
    all
}
