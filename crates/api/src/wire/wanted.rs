//! Which pictures are wanted, as parameters.

use std::str::FromStr;

use lamina_engine::{Area, HasCopies, Order, SortKey, Wanted};
use lamina_model::{
    Band, ClusterId, DuplicateTier, Filter, ImageFormat, IssueKind, Measure, Span, TagId,
};
use serde::Deserialize;

use super::{listed::UNTAGGED, vql};
use crate::error::{ParameterFault, Problem};

/// Which pictures are wanted. A parameter may be repeated: any of its values will do; all
/// parameters must hold.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedParameters {
    /// `blur`, `dark`, `bright`, `outliers`, `mislabels`, `label_outlier`, `low_information`,
    /// `odd_size`, `odd_aspect_ratio` or `leakage`, with a band of confidence or without:
    /// `blur:0.8-1`. Without one, 0.5–1.
    #[serde(default)]
    #[param(required = false)]
    issue: Vec<String>,
    /// What must not be wrong with them; of several, none may be.
    #[serde(default)]
    #[param(required = false)]
    not_issue: Vec<String>,
    /// `any`: has copies; `extra`: has copies and is not the one to keep; `none`.
    #[serde(default)]
    #[param(required = false)]
    duplicates: Vec<String>,
    /// How they are the same as their copies, such as `same_bytes`.
    #[serde(default)]
    #[param(required = false)]
    tier: Vec<String>,
    /// How their files are packed, such as `jpeg`.
    #[serde(default)]
    #[param(required = false)]
    format: Vec<String>,
    /// The folder that they stand in or below.
    #[serde(default)]
    #[param(required = false)]
    folder: Vec<String>,
    /// Part of the name of the file, in either case.
    #[serde(default)]
    #[param(required = false)]
    q: Vec<String>,
    /// The cluster that they lie in, of whatever level.
    #[serde(default)]
    #[param(required = false)]
    cluster: Vec<String>,
    /// A label that they have.
    #[serde(default)]
    #[param(required = false)]
    label: Vec<String>,
    /// A label that they do not have; of several, they have none.
    #[serde(default)]
    #[param(required = false)]
    not_label: Vec<String>,
    /// `true`: also those without any label.
    unlabelled: Option<bool>,
    /// The id of a tag that they have, or `untagged` for those without any.
    #[serde(default)]
    #[param(required = false)]
    tag: Vec<String>,
    /// The id of a tag that they do not have; of several, they have none.
    #[serde(default)]
    #[param(required = false)]
    not_tag: Vec<String>,
    /// The part of the map that they lie in: 3 to 200 corners of a closed line as `x,y` in the
    /// map's numbers (0–65534), separated by spaces.
    #[serde(default)]
    #[param(required = false, example = "0,0 65534,0 65534,65534")]
    area: Vec<String>,
    /// A range of a number, both ends included, either left out: `size:1000..`. `uniqueness`,
    /// `size` in bytes, `pixels`, `width`, `height`, `aspect` (width ÷ height) or `modified` in
    /// seconds since 1970. Of several ranges, all must hold.
    #[serde(default)]
    #[param(required = false, example = "uniqueness:0.5..1")]
    range: Vec<String>,
}

/// What an area is.
const CORNERS: &str =
    "3 to 200 corners such as 0,0 65534,0 65534,65534, each number from 0 to 65534";

/// More filters, for lists that nothing ranks.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilterParameter {
    /// More filters of the pictures as a JSON array, all of which must hold.
    vql: Option<String>,
}

impl FilterParameter {
    /// What must hold.
    ///
    /// # Errors
    /// 422 with the element that means nothing; 400 where words or a picture would rank.
    pub(crate) fn read(&self) -> Result<Filter, Problem> {
        match self.vql.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => vql::read(text),
            None => Ok(Filter::everything()),
        }
    }
}

impl WantedParameters {
    /// What they mean, and what else must hold.
    ///
    /// # Errors
    /// As [`WantedParameters::read`].
    pub(crate) fn read_with(self, filter: Filter) -> Result<Wanted, Problem> {
        Ok(Wanted {
            filter,
            ..self.read()?
        })
    }

    /// What they mean.
    ///
    /// # Errors
    /// 422 with the first value that means nothing.
    pub(crate) fn read(self) -> Result<Wanted, Problem> {
        let kind = |word: &str| IssueKind::from_word(word);
        let tag = |id: &str| TagId::from_str(id).ok();
        let with_band = format!("{}, or one with a band such as blur:0.8-1", kinds());
        let formats = either(ImageFormat::ALL.map(ImageFormat::as_str));
        let with_ends = format!(
            "{} with two ends that may be open, the lower one first, such as width:640..",
            either(Measure::ALL.map(Measure::as_str))
        );
        Ok(Wanted {
            issues: each("issue", &self.issue, &with_band, issue)?,
            without: each("not_issue", &self.not_issue, &kinds(), kind)?,
            copies: each("duplicates", &self.duplicates, "any, extra or none", copies)?,
            tiers: each("tier", &self.tier, &tiers(), DuplicateTier::from_word)?,
            formats: each("format", &self.format, &formats, ImageFormat::from_word)?,
            folders: self
                .folder
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect(),
            names: self.q.into_iter().filter(|text| !text.is_empty()).collect(),
            clusters: each("cluster", &self.cluster, "the id of a cluster", |id| {
                ClusterId::from_str(id).ok()
            })?,
            areas: each("area", &self.area, CORNERS, area)?,
            ranges: each("range", &self.range, &with_ends, range)?,
            labels: self.label.into_iter().collect(),
            unlabelled: self.unlabelled.unwrap_or(false),
            without_labels: self.not_label.into_iter().collect(),
            untagged: self.tag.iter().any(|tag| tag == UNTAGGED),
            tags: {
                let mut ids = self.tag;
                ids.retain(|tag| tag != UNTAGGED);
                each("tag", &ids, "the id of a tag, or untagged", tag)?
            },
            without_tags: each("not_tag", &self.not_tag, "the id of a tag", tag)?,
            ..Wanted::default()
        })
    }
}

fn each<T, C: FromIterator<T>>(
    name: &str,
    values: &[String],
    takes: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<C, Problem> {
    let read = |value: &String| read(value).ok_or_else(|| unknown(name, value, takes));
    values.iter().map(read).collect()
}

/// What `entity_type` takes.
pub(crate) const ENTITY_TYPES: &str = "IMAGES or OBJECTS";
/// What a level of clusters is.
pub(crate) const CLUSTER_LEVELS: &str = "a level of clusters from 0 to 4";

/// A value that means nothing; `takes` says in words what would.
pub(crate) fn unknown(name: &str, value: &str, takes: &str) -> Problem {
    Problem::faults(vec![ParameterFault {
        kind: "value_error".to_owned(),
        loc: vec!["query".to_owned(), name.to_owned()],
        msg: format!("Value error, {name} takes {takes}"),
        input: value.into(),
    }])
}

/// `a, b or c`.
pub(crate) fn either<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// How pictures may be the same, in words.
pub(crate) fn tiers() -> String {
    either(DuplicateTier::ALL.map(DuplicateTier::as_str))
}

fn kinds() -> String {
    either(IssueKind::ALL.map(IssueKind::as_str))
}

fn issue(text: &str) -> Option<(IssueKind, Band)> {
    let Some((word, band)) = text.split_once(':') else {
        return Some((IssueKind::from_word(text)?, Band::COUNTS));
    };
    let (least, most) = band.split_once('-')?;
    let number = |text: &str| text.parse().ok().filter(|n: &f32| (0.0..=1.0).contains(n));
    let band = Band {
        least: number(least)?,
        most: number(most)?,
    };
    (band.least <= band.most).then_some((IssueKind::from_word(word)?, band))
}

fn range(text: &str) -> Option<(Measure, Span<f64>)> {
    let (word, ends) = text.split_once(':')?;
    let (from, to) = ends.split_once("..")?;
    let end = |text: &str| match text {
        "" => Some(None),
        text => Some(Some(text.parse().ok().filter(|n: &f64| n.is_finite())?)),
    };
    let span = Span {
        from: end(from)?,
        to: end(to)?,
    };
    if let (Some(from), Some(to)) = (span.from, span.to)
        && from > to
    {
        return None;
    }
    Some((Measure::from_word(word)?, span))
}

fn area(text: &str) -> Option<Area> {
    let corner = |text: &str| {
        let (x, y) = text.split_once(',')?;
        Some([x.parse().ok()?, y.parse().ok()?])
    };
    let corners = text.split(' ').take(Area::MOST + 1).map(corner);
    Area::new(corners.collect::<Option<_>>()?)
}

fn copies(word: &str) -> Option<HasCopies> {
    match word {
        "any" => Some(HasCopies::Any),
        "extra" => Some(HasCopies::Extra),
        "none" => Some(HasCopies::None),
        _ => None,
    }
}

/// An order as a parameter: a word, with `-` before it for the greatest first.
pub(crate) fn order(text: Option<&str>) -> Result<Order, Problem> {
    let text = text.unwrap_or("path");
    let (word, descending) = match text.strip_prefix('-') {
        Some(word) => (word, true),
        None => (text, false),
    };
    let key = match word {
        "path" => SortKey::Path,
        "name" => SortKey::Name,
        "size" => SortKey::Size,
        "pixels" => SortKey::Pixels,
        "uniqueness" => SortKey::Uniqueness,
        "newest" => SortKey::Modified,
        other => SortKey::Issue(IssueKind::from_word(other).ok_or_else(|| {
            let takes = format!(
                "path, name, size, pixels, uniqueness, newest, {}, each with - before it for the \
                 greatest first",
                kinds()
            );
            unknown("sort", text, &takes)
        })?),
    };
    Ok(Order { key, descending })
}

#[cfg(test)]
mod tests {
    use lamina_engine::SortKey;
    use lamina_model::IssueKind;

    use super::{WantedParameters, area, issue, order, range};

    #[test]
    fn a_band_is_two_numbers_the_right_way_round() {
        let (kind, band) = issue("blur:0.25-1").unwrap();
        assert_eq!((kind, band.least, band.most), (IssueKind::Blur, 0.25, 1.0));
        for wrong in [
            "blurry",
            "blur:",
            "blur:0.5",
            "blur:1-0.5",
            "blur:0-2",
            "blur:NaN-1",
        ] {
            assert!(issue(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_range_is_a_measure_with_two_ends_that_may_be_open() {
        let (measure, span) = range("size:1000..").unwrap();
        assert_eq!(measure.as_str(), "size");
        assert_eq!((span.from, span.to), (Some(1000.0), None));
        assert!(range("aspect:0.5..2").is_some() && range("width:..").is_some());
        assert!(range("width:5..5").is_some());
        for wrong in [
            "size",
            "size:1-2",
            "size:a..",
            "size:..NaN",
            "colour:1..2",
            "width:10..5",
        ] {
            assert!(range(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_area_is_corners_of_two_numbers_each() {
        assert!(area("0,0 65534,0 7,65534").is_some());
        for wrong in [
            "",
            "0,0 1,1",
            "0,0 1,1 2",
            "0,0 1,1 2,65536",
            "0,0 1,1 -2,2",
            "0,0  1,1 2,2",
        ] {
            assert!(area(wrong).is_none(), "{wrong}");
        }
        assert!(area(&["1,1"; 201].join(" ")).is_none());
    }

    #[test]
    fn words_that_mean_nothing_are_refused() {
        let wrong = WantedParameters {
            tier: vec!["alike".to_owned()],
            ..WantedParameters::default()
        };
        assert!(wrong.read().is_err());
        assert!(order(Some("colour")).is_err());
        let greatest = order(Some("-blur")).unwrap();
        assert_eq!(greatest.key, SortKey::Issue(IssueKind::Blur));
        assert!(greatest.descending);
    }
}
