//! Which files are drawn, and how many of each kind.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{
    Drawn, encode,
    scenes::{KINDS, scene},
};
use crate::sample::canvas::Canvas;

/// What becomes of a scene.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// A JPEG of good quality.
    Plain,
    /// A PNG.
    Lossless,
    /// A PNG packed another way: the same pixels in other bytes.
    Repacked,
    /// A JPEG of poor quality.
    Reencoded,
    Resized,
    Cropped,
    Mirrored,
    Blurred,
    Dark,
    Bright,
    /// The first half of the file.
    Truncated,
    /// A PNG with a byte of its pixels turned over.
    Damaged,
}

/// One file.
#[derive(Debug)]
enum Content {
    /// A scene by number, and what becomes of it.
    Scene(usize, Way),
    /// Bytes as they stand.
    Bytes(&'static [u8]),
}

/// Every file to be drawn.
#[derive(Debug)]
pub(super) struct Plan {
    files: Vec<(PathBuf, Content)>,
    drawn: Drawn,
}

/// A quarter of all scenes, at least one, is a share of four; and so on.
fn share(scenes: usize, of: usize) -> usize {
    (scenes / of).max(1)
}

/// The files for this many scenes. Numbers of scenes are never used twice, except for copies.
pub(super) fn plan(scenes: usize) -> Plan {
    let mut plan = Plan {
        files: Vec::new(),
        drawn: Drawn::default(),
    };
    for number in 0..scenes {
        // Every eighth is a PNG, so that there is something to pack another way.
        let (way, ending) = if is_lossless(number) {
            (Way::Lossless, "png")
        } else {
            (Way::Plain, "jpg")
        };
        plan.draw(
            format!(
                "scenes/{}/{number:03}.{ending}",
                KINDS[number % KINDS.len()]
            ),
            number,
            way,
        );
    }
    plan.drawn.scenes = scenes as u64;

    // Copies are of different scenes, spread over all kinds.
    let mut jpegs = (0..scenes).filter(|number| !is_lossless(*number));
    let mut copies = |count: usize| -> Vec<usize> { jpegs.by_ref().take(count).collect() };
    for number in copies(share(scenes, 16)) {
        plan.draw(format!("copies/{number:03} (copy).jpg"), number, Way::Plain);
        plan.drawn.same_bytes += 1;
    }
    for (folder, way, of) in [
        ("re-encoded", Way::Reencoded, 16),
        ("resized", Way::Resized, 16),
        ("cropped", Way::Cropped, 20),
        ("mirrored", Way::Mirrored, 20),
    ] {
        for number in copies(share(scenes, of)) {
            plan.draw(format!("copies/{folder}/{number:03}.jpg"), number, way);
            *plan.counter(way) += 1;
        }
    }
    for number in (0..scenes)
        .filter(|number| is_lossless(*number))
        .take(share(scenes, 32))
    {
        plan.draw(
            format!("copies/{number:03} repacked.png"),
            number,
            Way::Repacked,
        );
        plan.drawn.same_pixels += 1;
    }

    // Spoilt pictures are scenes of their own, or they would be near copies as well.
    let mut fresh = 10_000..;
    for (folder, way, of) in [
        ("blurred", Way::Blurred, 20),
        ("dark", Way::Dark, 20),
        ("over-exposed", Way::Bright, 25),
        ("broken", Way::Truncated, 50),
        ("broken", Way::Damaged, 100),
    ] {
        let ending = if matches!(way, Way::Damaged) {
            "png"
        } else {
            "jpg"
        };
        for number in fresh.by_ref().take(share(scenes, of)) {
            plan.draw(format!("{folder}/{number}.{ending}"), number, way);
            *plan.counter(way) += 1;
        }
    }
    plan.others();
    plan
}

/// Seven is no divisor of the number of kinds, so that each kind has some.
const fn is_lossless(number: usize) -> bool {
    number % 7 == 3
}

impl Plan {
    fn draw(&mut self, name: String, number: usize, way: Way) {
        self.files.push((name.into(), Content::Scene(number, way)));
    }

    fn counter(&mut self, way: Way) -> &mut u64 {
        match way {
            Way::Plain | Way::Lossless => &mut self.drawn.scenes,
            Way::Repacked => &mut self.drawn.same_pixels,
            Way::Reencoded => &mut self.drawn.reencoded,
            Way::Resized => &mut self.drawn.resized,
            Way::Cropped => &mut self.drawn.cropped,
            Way::Mirrored => &mut self.drawn.mirrored,
            Way::Blurred => &mut self.drawn.blurred,
            Way::Dark => &mut self.drawn.dark,
            Way::Bright => &mut self.drawn.bright,
            Way::Truncated => &mut self.drawn.truncated,
            Way::Damaged => &mut self.drawn.damaged,
        }
    }

    /// Files that are no pictures: some claim to be, the others are to be left alone.
    fn others(&mut self) {
        const PAGE: &[u8] = b"<!doctype html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n";
        const VIDEO: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08mdat";
        for (name, bytes) in [
            ("broken/empty.jpg", &b""[..]),
            ("broken/also empty.png", b""),
        ] {
            self.files.push((name.into(), Content::Bytes(bytes)));
            self.drawn.empty += 1;
        }
        for name in ["broken/not found.jpg", "broken/not found too.jpeg"] {
            self.files.push((name.into(), Content::Bytes(PAGE)));
            self.drawn.not_pictures += 1;
        }
        let ignored: [(&str, &[u8]); 6] = [
            ("notes.txt", b"Scenes drawn by Lamina.\n"),
            ("labels.csv", b"file,label\n"),
            ("clip.mp4", VIDEO),
            (".DS_Store", b"\0\0\0\x01Bud1"),
            ("scenes/Thumbs.db", b"\xd0\xcf\x11\xe0"),
            ("scenes/._000.jpg", b"\0\x05\x16\x07"),
        ];
        self.drawn.ignored = ignored.len() as u64;
        for (name, bytes) in ignored {
            self.files.push((name.into(), Content::Bytes(bytes)));
        }
    }

    /// How many files of each kind there are.
    pub(super) fn drawn(&self) -> Drawn {
        self.drawn
    }

    /// Draws every file, on as many threads as there are processors.
    pub(super) fn carry_out(&self, folder: &Path) -> Result<()> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for (name, _) in &self.files {
            fs_err::create_dir_all(folder.join(name).parent().unwrap_or(folder))?;
        }
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|worker| {
                    scope.spawn(move || -> Result<()> {
                        for (name, content) in self.files.iter().skip(worker).step_by(threads) {
                            fs_err::write(folder.join(name), bytes(content)?)?;
                        }
                        Ok(())
                    })
                })
                .collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().expect("drawing does not panic"))
        })
    }
}

fn bytes(content: &Content) -> Result<Vec<u8>> {
    let (number, way) = match content {
        Content::Bytes(bytes) => return Ok(bytes.to_vec()),
        Content::Scene(number, way) => (*number, *way),
    };
    let canvas: Canvas = scene(number);
    match way {
        Way::Plain => encode::jpeg(&canvas, 92),
        Way::Lossless => encode::png(&canvas, true),
        Way::Repacked => encode::png(&canvas, false),
        Way::Reencoded => encode::jpeg(&canvas, 60),
        Way::Resized => encode::jpeg(&canvas.halved(), 92),
        Way::Cropped => encode::jpeg(&canvas.cropped(), 92),
        Way::Mirrored => encode::jpeg(&canvas.mirrored(), 92),
        Way::Blurred => encode::jpeg(&canvas.blurred(7), 92),
        Way::Dark => encode::jpeg(&canvas.graded(|value| value * 0.06), 92),
        Way::Bright => encode::jpeg(&canvas.graded(|value| 0.92 + value * 0.16), 92),
        Way::Truncated => {
            let mut bytes = encode::jpeg(&canvas, 92)?;
            bytes.truncate(bytes.len() / 2);
            Ok(bytes)
        }
        Way::Damaged => {
            let mut bytes = encode::png(&canvas, true)?;
            let middle = bytes.len() / 2;
            for byte in &mut bytes[middle..middle + 64] {
                *byte ^= 0xff;
            }
            Ok(bytes)
        }
    }
}
