//! certificate_place.json: the sales of both networks at full precision, and the branch trees with their multipliers.

use super::money::Sales;
use super::plan::Change;
use super::problem::Problem;
use crate::verify::answer::Refused;
use crate::verify::input::Input;
use serde_json::Value;

/// Its file.
pub const FILE: &str = "certificate_place.json";

/// A constraint of the model; positions are those of the problem.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are positions, named by what they count")]
pub enum Row {
    /// Its multiplier counts for nothing: a store's choices are maximised over in any case.
    Choice,
    /// Capacity of a store.
    Capacity { phase: usize, store: usize },
    /// A store sells in a zone no more than it would alone.
    Alone { phase: usize, store: usize, zone: usize },
    /// Tangent of what a zone buys at a summed pull.
    Tangent { phase: usize, zone: usize, at: f64 },
    /// A zone counts as covered only near an open store.
    Cover { zone: usize },
    /// People of a region covered; a zone of it.
    Region { zone: usize },
    /// A dealer leaves by a move only when it closes.
    Leave { phase: usize, store: usize },
    /// A candidate is entered only when it opens.
    Enter { phase: usize, store: usize },
    /// Two stores too close.
    Distance { phase: usize, pair: (usize, usize) },
    /// Open in the end.
    Required { store: usize },
    /// Money of a phase.
    Budget { phase: usize },
    /// Openings of a phase.
    MaxOpen { phase: usize },
    /// Closings of a phase.
    MaxClose { phase: usize },
    /// Fewest stores.
    Fewest,
    /// Most stores.
    Most,
}

/// What is branched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// What happens to a store.
    Store(usize, Change),
    /// Whether a move is taken in a phase; `None`: a move that the tables do not allow.
    Move(usize, Option<usize>),
}

/// A node of a tree.
#[derive(Clone, Debug)]
pub enum Node {
    /// No in the one, yes in the other.
    Split(Decision, usize, usize),
    /// Multipliers of rows.
    Leaf(Vec<(usize, f64)>),
}

/// The proof of a part of the network.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its stores.
    pub stores: Vec<usize>,
    /// The rows its leaves use; `None`: one that the tables do not have, whose multipliers count for nothing.
    pub rows: Vec<Option<Row>>,
    /// The tree, its root first.
    pub nodes: Vec<Node>,
}

/// The file.
#[derive(Clone, Debug, Default)]
pub struct Certificate {
    /// Sales of the plan.
    pub sales: Sales,
    /// Sales of today's network.
    pub sales_today: Sales,
    /// One tree per part of the network; none without a search.
    pub parts: Vec<Part>,
}

fn refused(cause: impl Into<String>) -> Refused {
    Refused::File { file: FILE.into(), cause: cause.into(), help: "Run `forecourt place` into this folder again" }
}

type Read<T> = Result<T, Refused>;

/// Positions of the ids that the file lists, in the problem.
struct Ids {
    stores: Vec<usize>,
    zones: Vec<usize>,
    moves: Vec<Option<usize>>,
    pairs: Vec<Option<(usize, usize)>>,
    formats: Vec<usize>,
}

impl Certificate {
    /// Reads the file.
    pub fn parse(text: &str, input: &Input, problem: &Problem) -> Read<Self> {
        let value: Value = serde_json::from_str(text).map_err(|e| refused(e.to_string()))?;
        let ids = ids(&value, input, problem)?;
        let sales = |key: &str| {
            let mut all = Sales::new();
            for row in list(&value, key)? {
                let row = array(row)?;
                let phase = position(row, 0, problem.phases.len())?;
                let (store, zone) = (pick(&ids.stores, row, 1)?, pick(&ids.zones, row, 2)?);
                if all.insert((phase, store, zone), number(row.get(3))?).is_some() {
                    return Err(refused(format!("{key}: a store and zone are there twice")));
                }
            }
            Ok(all)
        };
        let parts = list(&value, "parts")?.iter().map(|p| part(p, &ids, problem)).collect::<Read<_>>()?;
        Ok(Self { sales: sales("sales")?, sales_today: sales("sales_today")?, parts })
    }
}

fn list<'a>(value: &'a Value, key: &str) -> Read<&'a Vec<Value>> {
    value.get(key).and_then(Value::as_array).ok_or_else(|| refused(format!("{key} is no list")))
}

fn array(value: &Value) -> Read<&Vec<Value>> {
    value.as_array().ok_or_else(|| refused("a row is no list"))
}

fn number(value: Option<&Value>) -> Read<f64> {
    value.and_then(Value::as_f64).filter(|x| x.is_finite()).ok_or_else(|| refused("a number is none"))
}

fn position(row: &[Value], at: usize, most: usize) -> Read<usize> {
    let k = row.get(at).and_then(Value::as_u64).filter(|k| (*k as usize) < most);
    k.map(|k| k as usize).ok_or_else(|| refused(format!("no such position: {:?}", row.get(at))))
}

fn pick<T: Copy>(from: &[T], row: &[Value], at: usize) -> Read<T> {
    position(row, at, from.len()).map(|k| from[k])
}

fn ids(value: &Value, input: &Input, problem: &Problem) -> Read<Ids> {
    let code = |v: &Value| v.as_str().map(str::to_owned).ok_or_else(|| refused("an id is no text"));
    let store = |v: &Value| {
        let code = code(v)?;
        let found = problem.stores.iter().position(|s| input.sites[s.site].code == code);
        found.ok_or_else(|| refused(format!("no store {code}")))
    };
    let zone = |v: &Value| {
        let code = code(v)?;
        input.zones.iter().position(|z| z.code == code).ok_or_else(|| refused(format!("no zone {code}")))
    };
    let format = |v: &Value| {
        let code = code(v)?;
        input.formats.iter().position(|f| f.code == code).ok_or_else(|| refused(format!("no format {code}")))
    };
    let two = |v: &Value| {
        let row = array(v)?;
        match row.as_slice() {
            [a, b] => Ok((store(a)?, store(b)?)),
            _ => Err(refused("a pair is none")),
        }
    };
    let each = |key: &str, of: &dyn Fn(&Value) -> Read<usize>| list(value, key)?.iter().map(of).collect::<Read<_>>();
    let moves = list(value, "moves")?.iter().map(two).collect::<Read<Vec<_>>>()?;
    let pairs = list(value, "pairs")?.iter().map(two).collect::<Read<Vec<_>>>()?;
    let found = |(a, b): (usize, usize)| problem.moves.iter().position(|m| (m.from, m.to) == (a, b));
    Ok(Ids {
        stores: each("stores", &store)?,
        zones: each("zones", &zone)?,
        formats: each("formats", &format)?,
        moves: moves.into_iter().map(found).collect(),
        pairs: pairs
            .into_iter()
            .map(|(a, b)| (a.min(b), a.max(b)))
            .map(|p| problem.conflicts.contains_key(&p).then_some(p))
            .collect(),
    })
}

fn part(value: &Value, ids: &Ids, problem: &Problem) -> Read<Part> {
    let stores = list(value, "stores")?;
    let rows = list(value, "rules")?.iter().map(|r| row(array(r)?, ids, problem)).collect::<Read<Vec<_>>>()?;
    let count = rows.len();
    let nodes = list(value, "nodes")?.iter().map(|n| node(n, ids, problem, count)).collect::<Read<_>>()?;
    let stores = (0..stores.len()).map(|k| pick(&ids.stores, stores, k)).collect::<Read<_>>()?;
    Ok(Part { stores, rows, nodes })
}

fn row(row: &[Value], ids: &Ids, problem: &Problem) -> Read<Option<Row>> {
    let phase = || position(row, 1, problem.phases.len());
    let store = |at| pick(&ids.stores, row, at);
    let zone = |at| pick(&ids.zones, row, at);
    Ok(Some(match row.first().and_then(Value::as_str).unwrap_or("") {
        "choice" => Row::Choice,
        "capacity" => Row::Capacity { phase: phase()?, store: store(2)? },
        "alone" => Row::Alone { phase: phase()?, store: store(2)?, zone: zone(3)? },
        "tangent" => {
            let at = number(row.get(3))?;
            if at <= 0.0 {
                return Err(refused("a tangent at no pull"));
            }
            Row::Tangent { phase: phase()?, zone: zone(2)?, at }
        }
        "cover" => Row::Cover { zone: zone(1)? },
        "region" => Row::Region { zone: zone(1)? },
        "leave" => Row::Leave { phase: phase()?, store: store(2)? },
        "enter" => Row::Enter { phase: phase()?, store: store(2)? },
        "distance" => match pick(&ids.pairs, row, 2)? {
            Some(pair) => Row::Distance { phase: phase()?, pair },
            None => return Ok(None),
        },
        "required" => Row::Required { store: store(1)? },
        "budget" => Row::Budget { phase: phase()? },
        "max_open" => Row::MaxOpen { phase: phase()? },
        "max_close" => Row::MaxClose { phase: phase()? },
        "fewest" => Row::Fewest,
        "most" => Row::Most,
        other => return Err(refused(format!("no rule is called {other:?}"))),
    }))
}

fn node(value: &Value, ids: &Ids, problem: &Problem, rows: usize) -> Read<Node> {
    if let Some(leaf) = value.get("leaf") {
        let one = |pair: &Value| Ok((position(array(pair)?, 0, rows)?, number(array(pair)?.get(1))?));
        return Ok(Node::Leaf(array(leaf)?.iter().map(one).collect::<Read<_>>()?));
    }
    let split = list(value, "split")?;
    let phases = problem.phases.len();
    let decision = match split.first().and_then(Value::as_str) {
        Some("keep") => Decision::Store(pick(&ids.stores, split, 1)?, None),
        Some("close") => Decision::Store(pick(&ids.stores, split, 1)?, Some((position(split, 2, phases)?, None))),
        Some("open") => {
            let store = pick(&ids.stores, split, 1)?;
            let format = pick(&ids.formats, split, 3)?;
            let option = problem.stores[store].options.iter().position(|o| o.format == format);
            let option = option.ok_or_else(|| refused("a split on a format that the store cannot have"))?;
            Decision::Store(store, Some((position(split, 2, phases)?, Some(option))))
        }
        Some("move") => Decision::Move(position(split, 2, phases)?, pick(&ids.moves, split, 1)?),
        _ => return Err(refused("a split on nothing that is known")),
    };
    let child = |key: &str| value.get(key).and_then(Value::as_u64).map(|k| k as usize);
    match (child("no"), child("yes")) {
        (Some(no), Some(yes)) => Ok(Node::Split(decision, no, yes)),
        _ => Err(refused("a split without its two sides")),
    }
}
