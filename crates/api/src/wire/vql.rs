//! The query language of the original: a JSON array of filters, all of which must hold.

mod asked;
mod facts;

use lamina_engine::check_query;
use lamina_model::{Band, Clause, Filter, IssueKind, Presence, SetOp};
use serde_json::{Map, Value};

use super::listed::tags_among;
use crate::error::{ParameterFault, Problem};

pub(crate) use asked::{
    Asked, AskedAnchor, MEANING_COUNTS, MOST_ANCHORS, anchor_type, anchors, read_region,
};

/// Filters of words and likeness of one request at most: each costs a run of a model.
pub(crate) const MOST_RANKS: usize = 8;

/// Reads a query.
///
/// # Errors
/// 422 that names the element where it means nothing; 400 where it means something that cannot
/// be answered yet.
pub(crate) fn read(text: &str) -> Result<Filter, Problem> {
    let (filter, asked) = read_ranked(text)?;
    if asked.is_empty() {
        Ok(filter)
    } else {
        Err(not_yet("text or similarity in this place"))
    }
}

/// Reads a query with what orders its answer.
///
/// # Errors
/// As [`read`], save that words and likeness can be answered.
pub(crate) fn read_ranked(text: &str) -> Result<(Filter, Vec<Asked>), Problem> {
    let whole = |msg: &str| fault(None, msg, text.into());
    let value: Value =
        serde_json::from_str(text).map_err(|cause| whole(&format!("it is no JSON: {cause}")))?;
    let Value::Array(elements) = value else {
        return Err(whole("it is no JSON array of filters"));
    };
    let mut filter = Filter::everything();
    let mut asked = Vec::new();
    for (at, element) in elements.iter().enumerate() {
        match part(at, element)? {
            Part::Clause(clause) => filter.clauses.push(clause),
            Part::Asked(_) if asked.len() == MOST_RANKS => {
                return Err(fault(Some(at), &too_many_ranks(), element.clone()));
            }
            Part::Asked(one) => asked.push(one),
        }
    }
    Ok((filter, asked))
}

fn too_many_ranks() -> String {
    format!(
        "a request takes at most {MOST_RANKS} filters of text and similarity: each costs a run of \
         a model"
    )
}

/// Refuses what asks for too much, wherever it stands in the request.
///
/// # Errors
/// 422 that names the number.
pub(crate) fn check_ranks(asked: &[Asked]) -> Result<(), Problem> {
    if asked.len() > MOST_RANKS {
        let msg = format!("{}; this one has {}", too_many_ranks(), asked.len());
        return Err(fault(None, &msg, Value::Null));
    }
    Ok(())
}

/// What an element of a query is.
enum Part {
    Clause(Clause),
    Asked(Asked),
}

fn part(at: usize, element: &Value) -> Result<Part, Problem> {
    let wrong = |msg: &str| fault(Some(at), msg, element.clone());
    let Value::Object(fields) = element else {
        return Err(wrong("a filter is a JSON object"));
    };
    let mut keys = fields.iter().filter(|(key, _)| *key != "id");
    let (Some((key, body)), None) = (keys.next(), keys.next()) else {
        return Err(wrong("a filter has one key, beside an id if you like"));
    };
    let Value::Object(body) = body else {
        return Err(wrong(&format!("{key} takes a JSON object")));
    };
    let op = body.get("op").and_then(Value::as_str).unwrap_or_default();
    let ranked = match key.as_str() {
        "text" => words(op, body).map_err(|why| wrong(&why)),
        "captions" => captions(op, body).map_err(|why| wrong(&why)),
        "similarity" => asked::likeness(op, body, &["query", "vql", &at.to_string(), key]),
        _ => return clause(at, key, op, body).map(Part::Clause),
    };
    ranked.map(Part::Asked)
}

/// Words that can be read.
fn words(op: &str, body: &Map<String, Value>) -> Result<Asked, String> {
    let asked = asked::words(op, body)?;
    if let Asked::Words { query, .. } = &asked {
        check_query(query).map_err(|cause| cause.to_string())?;
    }
    Ok(asked)
}

/// The same under another name, which some clients of the original use. A phrase is looked for as
/// one, and like all words found in labels and names of files too.
fn captions(op: &str, body: &Map<String, Value>) -> Result<Asked, String> {
    let phrase = match op {
        "fts" | "" => return words("fts", body),
        "semantic" => return words(op, body),
        "contains" => body.get("value"),
        _ => return Err("op must be fts, semantic or contains".to_owned()),
    };
    let phrase = phrase.and_then(Value::as_str).unwrap_or_default();
    let quoted = format!("\"{}\"", phrase.replace('"', " "));
    let body = Map::from_iter([("value".to_owned(), quoted.into())]);
    words("fts", &body)
}

fn clause(at: usize, key: &str, op: &str, body: &Map<String, Value>) -> Result<Clause, Problem> {
    let of_facts = || facts::clause(key, op, body);
    let read = match key {
        "labels" if matches!(op, "unlabelled" | "unlabeled") => Ok(Clause::Unlabelled),
        "labels" if matches!(op, "labelled" | "labeled") => Ok(Clause::Labelled),
        "tags" if op == "untagged" => Ok(Clause::Untagged),
        "tags" if op == "tagged" => Ok(Clause::Tagged),
        "issues" => issue(op, body),
        "duplicates" if op == "duplicates" => fraction(body, "value")
            .and_then(|least| needed(least, "value"))
            .map(|least| Clause::Duplicates { least }),
        "uniqueness" if op == "uniqueness" => fraction(body, "value")
            .and_then(|least| needed(least, "value"))
            .map(|least| Clause::Uniqueness { least }),
        "labels" => names(body).and_then(|names| {
            Ok(Clause::Labels {
                op: set_op(op)?,
                names: names.into_iter().collect(),
            })
        }),
        "tags" => tags(op, body),
        "duplicates" | "uniqueness" => Err(format!("op must be {key:?}")),
        _ => of_facts().unwrap_or_else(|| Err(format!("there is no filter named {key:?}"))),
    };
    read.map_err(|why| {
        let element = Map::from_iter([(key.to_owned(), Value::Object(body.clone()))]);
        fault(Some(at), &why, element.into())
    })
}

fn issue(op: &str, body: &Map<String, Value>) -> Result<Clause, String> {
    let said = match op {
        "issue" | "is" | "in" | "one_of" => Presence::In,
        "is_not" | "not_in" | "not_one_of" | "none_of" => Presence::Out,
        _ => return Err("op must be issue, is or is_not".to_owned()),
    };
    let word = match body.get("value") {
        // Several would be several filters.
        Some(Value::Array(words)) if words.len() == 1 => words[0].as_str(),
        value => value.and_then(Value::as_str),
    };
    let mode = match body.get("mode").and_then(Value::as_str) {
        None | Some("in") => said,
        Some("out") if said == Presence::In => Presence::Out,
        Some("out") => Presence::In,
        Some(_) => return Err("mode must be \"in\" or \"out\"".to_owned()),
    };
    let confidence = Band {
        least: fraction(body, "confidence_min")?.unwrap_or(Band::COUNTS.least),
        most: fraction(body, "confidence_max")?.unwrap_or(Band::COUNTS.most),
    };
    if confidence.least > confidence.most {
        return Err(format!(
            "confidence_min is {}, above confidence_max, which is {}",
            confidence.least, confidence.most
        ));
    }
    // Two of the original's words are no kind of finding here: copies have groups of their own.
    match word {
        Some("duplicates") => {
            return Ok(Clause::Copied {
                mode,
                likeness: confidence,
            });
        }
        Some("normal") => return Ok(Clause::Normal { mode }),
        _ => {}
    }
    let kind = word.and_then(IssueKind::from_word).ok_or_else(|| {
        let known = IssueKind::ALL.map(IssueKind::as_str).join(", ");
        format!("value must be one of {known}, duplicates, normal")
    })?;
    Ok(Clause::Issue {
        kind,
        mode,
        confidence,
    })
}

fn set_op(op: &str) -> Result<SetOp, String> {
    match op {
        "one_of" | "in" => Ok(SetOp::OneOf),
        "is" | "all" => Ok(SetOp::Is),
        "is_not" => Ok(SetOp::IsNot),
        "not_one_of" | "not_in" => Ok(SetOp::NotOneOf),
        _ => Err("op must be one_of, is, is_not or not_one_of".to_owned()),
    }
}

fn tags(op: &str, body: &Map<String, Value>) -> Result<Clause, String> {
    let wrong = "value must be a list of ids of tags, or untagged";
    let (ids, untagged) = tags_among(names(body)?).ok_or(wrong)?;
    let op = set_op(op)?;
    if !untagged {
        return Ok(Clause::Tags { op, ids });
    }
    if !ids.is_empty() {
        return Err(wrong.to_owned());
    }
    Ok(match op {
        SetOp::OneOf | SetOp::Is => Clause::Untagged,
        SetOp::IsNot | SetOp::NotOneOf => Clause::Tagged,
    })
}

fn names(body: &Map<String, Value>) -> Result<Vec<String>, String> {
    let wrong = || "value must be a list of texts".to_owned();
    match body.get("value") {
        Some(Value::String(name)) => Ok(vec![name.clone()]),
        Some(Value::Array(names)) => names
            .iter()
            .map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect(),
        _ => Err(wrong()),
    }
}

fn fraction(body: &Map<String, Value>, field: &str) -> Result<Option<f32>, String> {
    let Some(value) = body.get(field).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let number = value.as_f64().filter(|number| (0.0..=1.0).contains(number));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a fraction to seven digits is as fine as scores are"
    )]
    number
        .map(|number| Some(number as f32))
        .ok_or_else(|| format!("{field} must be a number from 0 to 1"))
}

fn needed(value: Option<f32>, field: &str) -> Result<f32, String> {
    value.ok_or_else(|| format!("{field} is missing"))
}

/// Something that is understood and cannot be answered.
pub(crate) fn not_yet(what: &str) -> Problem {
    not_supported(&format!(
        "{what} cannot be answered by this version of Lamina; leave it out"
    ))
}

/// The same in a sentence of its own.
pub(crate) fn not_supported(why: &str) -> Problem {
    Problem::new(hyper::StatusCode::BAD_REQUEST, "not_supported", why)
}

fn fault(at: Option<usize>, msg: &str, input: Value) -> Problem {
    let mut loc = vec!["query".to_owned(), "vql".to_owned()];
    loc.extend(at.map(|at| at.to_string()));
    Problem::faults(vec![ParameterFault {
        kind: "value_error".to_owned(),
        loc,
        msg: format!("Value error, {msg}"),
        input,
    }])
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;
    use lamina_model::{Band, Clause, IssueKind, Presence};

    use super::{Asked, read};

    #[test]
    fn reads_what_the_originals_clients_send() {
        let text = r#"[{"id":"x","issues":{"op":"issue","value":"blur","mode":"out","confidence_min":0.8,"confidence_max":1.0}},
            {"duplicates":{"op":"duplicates","value":0.95}},{"uniqueness":{"op":"uniqueness","value":1}}]"#;
        let filter = read(text).unwrap();
        let issue = Clause::Issue {
            kind: IssueKind::Blur,
            mode: Presence::Out,
            confidence: Band {
                least: 0.8,
                most: 1.0,
            },
        };
        let rest = [
            Clause::Duplicates { least: 0.95 },
            Clause::Uniqueness { least: 1.0 },
        ];
        assert_eq!(filter.clauses, [&[issue][..], &rest[..]].concat());
        assert!(read("[]").unwrap().clauses.is_empty());
    }

    #[test]
    fn copies_and_the_lack_of_any_fault_are_asked_for_as_issues() {
        let of = |issue: &str| read(&format!(r#"[{{"issues":{{"op":"issue",{issue}}}}}]"#));
        let filter = of(r#""value":"duplicates","mode":"in","confidence_min":0.8"#).unwrap();
        let copied = Clause::Copied {
            mode: Presence::In,
            likeness: Band {
                least: 0.8,
                most: 1.0,
            },
        };
        let normal = Clause::Normal {
            mode: Presence::Out,
        };
        assert_eq!(filter.clauses, [copied]);
        let filter = of(r#""value":"normal","mode":"out""#).unwrap();
        assert_eq!(filter.clauses, [normal]);
        let told = of(r#""value":"noise""#).unwrap_err().detail.in_words();
        assert!(told.contains("duplicates, normal"), "{told}");
    }

    #[test]
    fn an_issue_is_asked_for_and_denied_in_every_spelling() {
        let of = |issue: &str| {
            let found = read(&format!(r#"[{{"issues":{{{issue}}}}}]"#)).ok()?;
            match found.clauses[..] {
                [Clause::Issue { mode, .. }] => Some(mode),
                _ => None,
            }
        };
        for there in [
            r#""op":"issue","value":"blur","mode":"in""#,
            r#""op":"is","value":"blur""#,
            r#""op":"one_of","value":["blur"]"#,
            r#""op":"is_not","value":"blur","mode":"out""#,
        ] {
            assert_eq!(of(there), Some(Presence::In), "{there}");
        }
        for lacking in [
            r#""op":"issue","value":"blur","mode":"out""#,
            r#""op":"none_of","value":["blur"]"#,
        ] {
            assert_eq!(of(lacking), Some(Presence::Out), "{lacking}");
        }
        for wrong in [
            r#""op":"issue","value":["blur","dark"]"#,
            r#""op":"near","value":"blur""#,
            r#""op":"issue","value":"blur","confidence_min":0.9,"confidence_max":0.1"#,
            r#""op":"issue","value":"blur","confidence_min":"much""#,
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn pictures_without_a_tag_are_asked_for_by_a_word_among_tags() {
        let of = |op: &str, value: &str| {
            let text = format!(r#"[{{"tags":{{"op":"{op}","value":{value}}}}}]"#);
            read(&text).map(|filter| filter.clauses).ok()
        };
        assert_eq!(of("is", r#"["untagged"]"#), Some(vec![Clause::Untagged]));
        assert_eq!(of("one_of", r#""untagged""#), Some(vec![Clause::Untagged]));
        assert_eq!(of("is_not", r#""untagged""#), Some(vec![Clause::Tagged]));
        assert_eq!(of("is", r#"["untagged","x"]"#), None);
    }

    #[test]
    fn captions_are_words_and_words_that_cannot_be_read_are_named() {
        let (_, asked) =
            super::read_ranked(r#"[{"captions":{"op":"contains","value":"a red car"}}]"#).unwrap();
        let phrase = Asked::Words {
            query: "\"a red car\"".to_owned(),
            max_distance: 1.0,
        };
        assert_eq!(asked, [phrase]);
        for wrong in [
            r#"[{"text":{"op":"fts","value":"cat"}},{"text":{"op":"fts","value":"a AND (b"}}]"#,
            r#"[{"text":{"op":"fts","value":"cat"}},{"captions":{"op":"near","value":"b"}}]"#,
            r#"[{"text":{"op":"fts","value":"cat"}},{"captions":{"op":"fts","value":"(b"}}]"#,
        ] {
            let problem = super::read_ranked(wrong).unwrap_err();
            assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            let told = problem.detail.in_words();
            assert!(told.starts_with("query.vql.1: "), "{told}");
        }
    }

    #[test]
    fn more_models_than_a_request_may_run_are_refused_at_the_first_beyond() {
        let one = r#"{"text":{"op":"fts","value":"cat"}}"#;
        let query = |count: usize| format!("[{}]", vec![one; count].join(","));
        let (_, asked) = super::read_ranked(&query(8)).unwrap();
        assert!(asked.len() == 8 && super::check_ranks(&asked).is_ok());
        let problem = super::read_ranked(&query(9)).unwrap_err();
        assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = problem.detail.in_words();
        assert!(
            told.starts_with("query.vql.8: ") && told.contains("at most 8"),
            "{told}"
        );
        let more = [asked.clone(), asked].concat();
        let told = super::check_ranks(&more).unwrap_err().detail.in_words();
        assert!(told.contains("this one has 16"), "{told}");
    }

    #[test]
    fn names_the_element_that_means_nothing() {
        for wrong in [
            r#"[{"labels":{"op":"one_of","value":["a"]}},{"issues":{"op":"issue","value":"noise"}}]"#,
            r#"[{"labels":{"op":"is","value":["a"]}},7]"#,
            r#"[{"labels":{"op":"is","value":["a"]}},{"duplicates":{"op":"duplicates","value":2}}]"#,
            r#"[{"labels":{"op":"is","value":["a"]}},{"colour":{"op":"is","value":"red"}}]"#,
        ] {
            let problem = read(wrong).unwrap_err();
            assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(
                problem.detail.in_words().starts_with("query.vql.1: "),
                "{wrong}"
            );
        }
        assert_eq!(
            read("{}").unwrap_err().status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let text = r#"[{"text":{"op":"semantic","value":"cat","threshold":0.7}}]"#;
        let (_, asked) = super::read_ranked(text).unwrap();
        let cat = Asked::Meaning {
            query: "cat".to_owned(),
            max_distance: 0.7,
            only: true,
        };
        assert_eq!(asked, [cat]);
        let text = r#"[{"text":{"op":"fts","value":"cat"}},{"similarity":{"op":"media","value":"x","threshold":0.5}}]"#;
        let (_, ranks) = super::read_ranked(text).unwrap();
        let [
            Asked::Words {
                query,
                max_distance: 1.0,
            },
            Asked::Like {
                anchors,
                max_distance: 0.5,
            },
        ] = &ranks[..]
        else {
            panic!("{ranks:?}");
        };
        assert_eq!((&query[..], &anchors[0].wish.id[..]), ("cat", "x"));
    }
}
