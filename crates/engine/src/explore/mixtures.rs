//! The vectors of pictures for the index, and what they show: worked out from them, some at a time.
//!
//! It is not kept at rest: a vector says it all, and what was found once would not know of a
//! model with other names for it.

use std::{panic::resume_unwind, thread::Builder};

use lamina_search::Mixture;
use lamina_vision::{ConceptMixture, EmbedError, Language, Mixing};

/// Pictures worked out at a time.
const PART: usize = 1024;
/// Of a part, what one thread takes is a multiple of this: few pictures at a time are slow, and
/// shares of other sizes would round otherwise.
const TOGETHER: usize = 128;

/// A vector, for a picture that has one, and what it says the picture shows.
pub(super) type Told = (Option<Vec<f32>>, Mixture);

/// What pictures show, in their order. `vector_of` gives the vector of each, if it has one, and is
/// asked once for each.
pub(super) struct Mixtures<'a, F> {
    language: Option<&'a dyn Language>,
    /// Threads that share a part.
    workers: usize,
    /// Made ready once for all parts.
    mixing: Option<Mixing<'a>>,
    pictures: usize,
    vector_of: F,
    /// The first picture of the present part, and what is told of those of it.
    first: usize,
    part: Vec<Told>,
}

impl<'a, E: From<EmbedError>, F: Fn(usize) -> Result<Option<Vec<f32>>, E>> Mixtures<'a, F> {
    pub(super) fn new(
        language: Option<&'a dyn Language>,
        workers: usize,
        pictures: usize,
        vector_of: F,
    ) -> Self {
        Self {
            language: language.filter(|language| !language.concepts().is_empty()),
            workers,
            mixing: None,
            pictures,
            vector_of,
            first: 0,
            part: Vec::new(),
        }
    }

    /// The vector of a picture and what it shows. Pictures are asked about in ascending order, each
    /// at most once.
    pub(super) fn of(&mut self, at: usize) -> Result<Told, E> {
        if at >= self.first + self.part.len() {
            self.first = at;
            let part = at..self.pictures.min(at + PART);
            let vectors: Vec<_> = part.map(&self.vector_of).collect::<Result<_, E>>()?;
            let known: Vec<&[f32]> = vectors.iter().flatten().map(Vec::as_slice).collect();
            let mixtures = match self.language {
                Some(language) => self.told(language, &known)?,
                None => Vec::new(),
            };
            let mut mixtures = mixtures.into_iter().map(mixture);
            let told = vectors.into_iter().map(|vector| {
                let shown = vector.as_ref().and_then(|_| mixtures.next());
                (vector, shown.unwrap_or_default())
            });
            self.part = told.collect();
        }
        Ok(std::mem::take(&mut self.part[at - self.first]))
    }

    /// Where there are no vectors, nothing is made ready for them.
    fn told(
        &mut self,
        language: &'a dyn Language,
        vectors: &[&[f32]],
    ) -> Result<Vec<ConceptMixture>, EmbedError> {
        if vectors.is_empty() {
            return Ok(Vec::new());
        }
        let mixing = match &mut self.mixing {
            Some(mixing) => mixing,
            none => none.insert(language.mixing()?),
        };
        let mixing = &*mixing;
        let each = vectors.len().div_ceil(self.workers.max(1));
        let mut shares = vectors.chunks(each.next_multiple_of(TOGETHER));
        let ask = |share: &[&[f32]]| mixing(&share.concat());
        let own = shares.next().unwrap_or_default();
        let told: Vec<_> = std::thread::scope(|scope| {
            let others: Vec<_> = shares
                .map(|share| {
                    (
                        share,
                        Builder::new().spawn_scoped(scope, move || ask(share)),
                    )
                })
                .collect();
            let own = ask(own);
            let others = others.into_iter().map(|(share, asked)| match asked {
                Ok(asked) => asked.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // The system has no thread to give.
                Err(_) => ask(share),
            });
            std::iter::once(own).chain(others).collect()
        });
        let told: Result<Vec<_>, _> = told.into_iter().collect();
        Ok(told?.concat())
    }
}

fn mixture(one: ConceptMixture) -> Mixture {
    Mixture {
        shares: one.shares,
        length: one.length,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    };

    use lamina_vision::{ConceptMixture, EmbedError, Language, Meaning, Mixing};

    use super::{Mixtures, PART, TOGETHER};

    /// Knows one concept, of which a picture shows as much as the first number of its vector.
    #[derive(Debug)]
    struct First {
        concepts: Vec<String>,
        made_ready: AtomicU32,
        shares: Mutex<Vec<usize>>,
    }

    fn first<const N: usize>(concepts: [&str; N]) -> First {
        First {
            concepts: concepts.map(str::to_owned).to_vec(),
            made_ready: AtomicU32::new(0),
            shares: Mutex::default(),
        }
    }

    impl Language for First {
        fn meaning(&self, _: &str) -> Result<Option<Meaning>, EmbedError> {
            Ok(Some(Meaning::Vector(vec![1.0, 0.0])))
        }

        fn concepts(&self) -> &[String] {
            &self.concepts
        }

        fn mixing(&self) -> Result<Mixing<'_>, EmbedError> {
            self.made_ready.fetch_add(1, Ordering::Relaxed);
            let mixture = |row: &[f32]| ConceptMixture {
                shares: vec![(0, row[0])],
                length: 1.0,
            };
            Ok(Box::new(move |vectors| {
                self.shares.lock().unwrap().push(vectors.len() / 2);
                Ok(vectors.chunks_exact(2).map(mixture).collect())
            }))
        }
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn each_picture_gets_its_own_also_where_some_are_passed_over_or_have_no_vector() {
        let language = first(["all"]);
        let pictures = PART * 2 + 5;
        let vector = |at: usize| (at % 3 != 1).then(|| vec![at as f32, 0.0]);
        let asked = |at: usize| Ok::<_, EmbedError>(vector(at));
        let mut mixtures = Mixtures::new(Some(&language), 3, pictures, asked);
        for at in (0..pictures).filter(|at| at % 7 != 2) {
            let (own, shown) = mixtures.of(at).unwrap();
            assert_eq!(own, vector(at), "{at}");
            let expected = (at % 3 != 1).then_some((0, at as f32));
            assert_eq!(shown.shares.first().copied(), expected, "{at}");
        }
        assert_eq!(language.made_ready.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn however_many_threads_share_a_part_they_take_the_same_batches() {
        for workers in [1, 3, 1000] {
            let language = first(["all"]);
            let pictures = PART + TOGETHER + 7;
            let mut mixtures = Mixtures::new(Some(&language), workers, pictures, |_| {
                Ok::<_, EmbedError>(Some(vec![1.0, 0.0]))
            });
            for at in 0..pictures {
                assert!(!mixtures.of(at).unwrap().1.shares.is_empty(), "{at}");
            }
            let shares = language.shares.lock().unwrap().clone();
            assert_eq!(shares.iter().sum::<usize>(), pictures);
            // All but the last are whole, whichever thread came first.
            let odd = shares.iter().filter(|share| **share % TOGETHER != 0);
            assert!(odd.count() <= 1, "{shares:?}");
        }
    }

    #[test]
    fn for_pictures_without_vectors_no_model_is_made_ready() {
        let language = first(["all"]);
        let mut mixtures = Mixtures::new(Some(&language), 1, 9, |_| Ok::<_, EmbedError>(None));
        assert!(mixtures.of(3).unwrap().1.shares.is_empty());
        assert_eq!(language.made_ready.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_model_without_concepts_is_not_asked_and_vectors_come_all_the_same() {
        let mute = first([]);
        let vector = |_: usize| Ok::<_, EmbedError>(Some(vec![0.5, 0.5]));
        for language in [None, Some(&mute as &dyn Language)] {
            let mut mixtures = Mixtures::new(language, 2, 9, vector);
            let (vector, shown) = mixtures.of(3).unwrap();
            assert!(shown.shares.is_empty());
            assert_eq!(vector.unwrap(), [0.5, 0.5]);
        }
        assert_eq!(mute.made_ready.load(Ordering::Relaxed), 0);
    }
}
