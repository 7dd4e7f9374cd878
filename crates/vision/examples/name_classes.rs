//! Makes `models/imagenet-classes.vectors` from the names beside it and the text model:
//! `cargo run --release -p lamina-vision --example name_classes > crates/vision/models/imagenet-classes.vectors`.

use std::io::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vectors = lamina_vision::name_classes(0..lamina_vision::CLASSES)?;
    let mut out = std::io::stdout().lock();
    for number in vectors.iter().flatten() {
        out.write_all(&number.to_le_bytes())?;
    }
    Ok(())
}
