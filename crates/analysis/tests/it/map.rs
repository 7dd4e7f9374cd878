//! The map keeps like beside like, the same each time.

use std::sync::atomic::{AtomicUsize, Ordering};

use lamina_analysis::{AnalysisError, Matrix, Unwatched, Watch, layout};

/// Rows around so many directions, taken in turn.
fn bundles(rows: usize, bundles: usize) -> Matrix {
    const COLUMNS: usize = 24;
    let mut noise = 1_u64;
    let mut next = || {
        noise = noise
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (noise >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    };
    let values = (0..rows).flat_map(|row| {
        let mut vector: Vec<f32> = (0..COLUMNS).map(|_| 0.25 * next()).collect();
        vector[row % bundles] += 1.0;
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        vector.into_iter().map(move |value| value / length)
    });
    Matrix::rounded(COLUMNS, &values.collect::<Vec<_>>()).unwrap()
}

fn apart(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[test]
fn rows_lie_by_those_of_their_own_kind_whether_landmarks_or_not() {
    for count in [120, 5000] {
        let places: Vec<[f32; 2]> = layout(&bundles(count, 6), &Unwatched)
            .unwrap()
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(places.len(), count);
        let mut kept = 0;
        let asked: Vec<usize> = (0..count).step_by(count / 60).collect();
        for row in &asked {
            let others = (0..count).filter(|other| other != row);
            let nearest = others
                .min_by(|a, b| {
                    apart(places[*row], places[*a]).total_cmp(&apart(places[*row], places[*b]))
                })
                .unwrap();
            kept += usize::from(nearest % 6 == row % 6);
        }
        assert!(kept * 100 >= asked.len() * 95, "{kept} of {}", asked.len());
    }
}

#[test]
fn the_same_rows_give_the_same_map_within_the_unit_square() {
    let rows = bundles(3000, 4);
    let places = layout(&rows, &Unwatched).unwrap();
    assert_eq!(places, layout(&rows, &Unwatched).unwrap());
    for place in places.into_iter().flatten().flatten() {
        assert!((0.0..=1.0).contains(&place));
    }
}

#[test]
fn rows_without_a_vector_have_no_place_and_few_rows_are_no_trouble() {
    let none = Matrix::rounded(3, &[0.0; 6]).unwrap();
    assert_eq!(layout(&none, &Unwatched).unwrap(), [None, None]);
    assert!(
        layout(&Matrix::without_vectors(0), &Unwatched)
            .unwrap()
            .is_empty()
    );
    let equal = Matrix::rounded(2, &[1.0, 0.0].repeat(9)).unwrap();
    let places = layout(&equal, &Unwatched).unwrap();
    assert!(
        places
            .iter()
            .flatten()
            .flatten()
            .all(|value| value.is_finite())
    );
    let mixed = Matrix::rounded(2, &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    let places = layout(&mixed, &Unwatched).unwrap();
    assert!(places[0].is_some() && places[1].is_none() && places[2].is_some());
}

/// Has enough at once.
struct Done(AtomicUsize);

impl Watch for Done {
    fn step(&self, _: u64, _: u64) {}

    fn cancelled(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) > 3
    }
}

#[test]
fn a_map_nobody_waits_for_is_not_finished() {
    let stopped = layout(&bundles(3000, 4), &Done(AtomicUsize::new(0)));
    assert_eq!(stopped, Err(AnalysisError::Cancelled));
}
