//! Answers of p-median and uncapacitated facility location: the instance read again, cost recomputed, and the bound of
//! any whole multipliers: `Σ v_j` plus the p smallest `ρ_i`, or `Σ_i min(0, f_i + ρ_i)`, with `ρ_i = Σ_j min(0, c_ij − v_j)`.
//! All in whole numbers.

use super::answer::{Answer, Grade, Refused, Report};
use super::sheet::bytes;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::Path;

/// An instance in whole numbers.
struct Instance {
    /// Cost of every site, by client.
    costs: Vec<Vec<i64>>,
    /// Fixed cost of every site.
    fixed: Vec<i64>,
    /// Sites to open; none: as many as pay.
    count: Option<usize>,
    /// What costs are multiplied by.
    unit: i64,
}

fn refused(file: &Path, cause: impl Into<String>) -> Refused {
    let help = "Give the file that `forecourt solve … --certificate` wrote, and its instance with --instance";
    Refused::File { file: file.display().to_string(), cause: cause.into(), help }
}

/// Verifies the answer in a certificate of `forecourt solve` against its instance.
pub fn verify(certificate: &Path, instance: &Path) -> Result<Report, Refused> {
    let text = String::from_utf8(bytes(certificate)?).map_err(|_| refused(certificate, "not UTF-8"))?;
    let says: Value = serde_json::from_str(&text).map_err(|e| refused(certificate, e.to_string()))?;
    let raw = bytes(instance)?;
    let found: String = Sha256::digest(&raw).iter().map(|b| format!("{b:02x}")).collect();
    let made = says.get("sha256").and_then(Value::as_str).unwrap_or_default();
    if found != made {
        return Err(Refused::Changed { file: instance.display().to_string(), found, made: made.into() });
    }
    let text = String::from_utf8(raw).map_err(|_| refused(instance, "not UTF-8"))?;
    let whole = |key: &str| says.get(key).and_then(Value::as_i64);
    let read = match says.get("format").and_then(Value::as_str).unwrap_or_default() {
        "orlib-pmed" => pmed(&text, whole("count")),
        "orlib-cap" => cap(&text),
        "ufllib" => ufllib(&text),
        other => return Err(refused(certificate, format!("the format {other:?} has no certificate"))),
    };
    let read = read.ok_or_else(|| refused(instance, "the instance is not understood"))?;
    let list = |key: &str| -> Option<Vec<i64>> {
        says.get(key)?.as_array()?.iter().map(|v| v.as_i64().filter(|x| x.abs() < 1 << 60)).collect()
    };
    let (Some(open), Some(v), Some(scale), Some(claim)) =
        (list("open"), list("multipliers"), whole("scale"), whole("objective"))
    else {
        return Err(refused(certificate, "open, multipliers, scale or objective is missing"));
    };
    let mut report = Report::default();
    let name = certificate.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let Some(cost) = cost(&read, &open) else {
        report.wrong(&name, 0, "open: not a set of so many sites", format!("{open:?}"), "");
        return Ok(report);
    };
    report.compared += 1 + open.len() as u64;
    if cost != i128::from(claim) {
        report.wrong(&name, 0, "objective", claim, cost);
    }
    let units = |x: f64| x / read.unit as f64;
    let mut answer = Answer {
        step: "solve",
        grade: Grade::C,
        objective: units(cost as f64),
        bound: None,
        why: "cost recomputed; there are no multipliers".into(),
    };
    if v.len() == read.costs.len() && (1..=1 << 20).contains(&scale) {
        // Costs are whole: what is above a whole number is the next one.
        let proved = bound(&read, &v, scale).div_euclid(i128::from(scale))
            + i128::from(bound(&read, &v, scale).rem_euclid(i128::from(scale)) > 0);
        answer.bound = Some(units(proved as f64));
        answer.grade = if proved >= cost { Grade::A } else { Grade::B };
        answer.why = "cost and the bound of the multipliers recomputed in whole numbers".into();
        if proved > cost {
            report.wrong(&name, 0, "the multipliers prove more than the answer costs: a fault of this program", "", "");
        }
    }
    report.answers.push(answer);
    Ok(report)
}

/// Cost of open sites (numbered from 1); `None` when they are no set of as many sites as must open.
fn cost(instance: &Instance, open: &[i64]) -> Option<i128> {
    let sites = instance.fixed.len() as i64;
    let sound = open.windows(2).all(|w| w[0] < w[1]) && open.iter().all(|i| (1..=sites).contains(i));
    if !sound || open.is_empty() || instance.count.is_some_and(|p| p != open.len()) {
        return None;
    }
    let at = |i: &i64| *i as usize - 1;
    let fixed: i128 = open.iter().map(|i| i128::from(instance.fixed[at(i)])).sum();
    let nearest = |row: &Vec<i64>| open.iter().map(|i| i128::from(row[at(i)])).min().unwrap_or(0);
    Some(fixed + instance.costs.iter().map(nearest).sum::<i128>())
}

/// Lower bound on the cost of any answer, times the scale.
fn bound(instance: &Instance, v: &[i64], scale: i64) -> i128 {
    let scaled = |x: i64| i128::from(x) * i128::from(scale);
    let mut rho: Vec<i128> = instance.fixed.iter().map(|&f| scaled(f)).collect();
    for (row, &v) in instance.costs.iter().zip(v) {
        for (rho, &c) in rho.iter_mut().zip(row) {
            *rho += (scaled(c) - i128::from(v)).min(0);
        }
    }
    let all: i128 = v.iter().map(|&v| i128::from(v)).sum();
    all + match instance.count {
        Some(p) => {
            rho.sort_unstable();
            rho[..p].iter().sum::<i128>()
        }
        None => rho.iter().map(|r| (*r).min(0)).sum(),
    }
}

/// Nodes, edges and p, then the edges; costs are lengths of shortest paths, the last of two equal edges counts.
fn pmed(text: &str, count: Option<i64>) -> Option<Instance> {
    let mut words = text.split_ascii_whitespace().map(|w| w.parse::<i64>().ok());
    let mut next = |least: i64, most: i64| words.next()?.filter(|x| (least..=most).contains(x));
    let (n, edges, p) = (next(1, 5_000)?, next(0, 100_000_000)?, next(1, 5_000)?);
    let mut lengths = BTreeMap::new();
    for _ in 0..edges {
        let (i, j, c) = (next(1, n)?, next(1, n)?, next(0, 1 << 30)?);
        lengths.insert((i.min(j) as usize - 1, i.max(j) as usize - 1), c);
    }
    let mut near: Vec<Vec<(usize, i64)>> = vec![Vec::new(); n as usize];
    for ((i, j), c) in lengths {
        near[i].push((j, c));
        near[j].push((i, c));
    }
    let from = |start: usize| -> Option<Vec<i64>> {
        let mut way = vec![i64::MAX; near.len()];
        let mut heap = BinaryHeap::from([(Reverse(0), start)]);
        way[start] = 0;
        while let Some((Reverse(d), i)) = heap.pop() {
            if d > way[i] {
                continue;
            }
            for &(j, c) in &near[i] {
                if d + c < way[j] {
                    way[j] = d + c;
                    heap.push((Reverse(d + c), j));
                }
            }
        }
        way.iter().all(|d| *d < i64::MAX).then_some(way)
    };
    let costs = (0..n as usize).map(from).collect::<Option<_>>()?;
    let count = count.unwrap_or(p);
    (1..=n).contains(&count).then_some(Instance {
        costs,
        fixed: vec![0; n as usize],
        count: Some(count as usize),
        unit: 1,
    })
}

/// A decimal number as digits and how many of them follow the point.
fn decimal(word: &str) -> Option<(i64, usize)> {
    let (whole, part) = word.split_once('.').unwrap_or((word, ""));
    let part = part.trim_end_matches('0');
    let digits = format!("{whole}{part}");
    let plain = !digits.is_empty() && digits.len() < 16 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok().map(|d| (d, part.len())))?
}

/// Brings numbers to one unit.
fn instance(fixed: &[(i64, usize)], costs: &[Vec<(i64, usize)>]) -> Option<Instance> {
    let digits = fixed.iter().chain(costs.iter().flatten()).map(|d| d.1).max().unwrap_or(0);
    let unit = 10i64.checked_pow(digits as u32).filter(|u| *u <= 1_000_000)?;
    let whole = |d: &(i64, usize)| d.0.checked_mul(10i64.pow((digits - d.1) as u32));
    let costs = costs.iter().map(|row| row.iter().map(whole).collect::<Option<Vec<i64>>>()).collect::<Option<_>>()?;
    Some(Instance { costs, fixed: fixed.iter().map(whole).collect::<Option<_>>()?, count: None, unit })
}

/// Facilities and customers; capacity and fixed cost of each; demand and costs of each customer. Capacities are ignored.
fn cap(text: &str) -> Option<Instance> {
    let mut words = text.split_ascii_whitespace();
    let m: usize = words.next()?.parse().ok().filter(|m| (1..100_000).contains(m))?;
    let n: usize = words.next()?.parse().ok().filter(|n| (1..10_000_000).contains(n) && n * m < 200_000_000)?;
    let mut fixed = Vec::new();
    for _ in 0..m {
        words.next()?;
        fixed.push(decimal(words.next()?)?);
    }
    let mut costs = Vec::new();
    for _ in 0..n {
        words.next()?;
        costs.push((0..m).map(|_| decimal(words.next()?)).collect::<Option<Vec<_>>>()?);
    }
    instance(&fixed, &costs)
}

/// A line with the name; facilities, clients, 0; then per facility its number, opening cost and serving costs.
fn ufllib(text: &str) -> Option<Instance> {
    let mut words = text.split_once('\n')?.1.split_ascii_whitespace();
    let m: usize = words.next()?.parse().ok().filter(|m| (1..100_000).contains(m))?;
    let n: usize = words.next()?.parse().ok().filter(|n| (1..10_000_000).contains(n) && n * m < 200_000_000)?;
    words.next()?;
    let (mut fixed, mut costs) = (Vec::new(), vec![Vec::with_capacity(m); n]);
    for _ in 0..m {
        words.next()?;
        fixed.push(decimal(words.next()?)?);
        for row in &mut costs {
            row.push(decimal(words.next()?)?);
        }
    }
    instance(&fixed, &costs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_multipliers_bound_every_choice_of_sites() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |n: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 11) % n) as i64
        };
        for round in 0..300 {
            let (m, n) = (2 + below(5) as usize, 1 + below(7) as usize);
            let instance = Instance {
                costs: (0..n).map(|_| (0..m).map(|_| below(40)).collect()).collect(),
                fixed: (0..m).map(|_| if round % 2 == 0 { 0 } else { below(60) }).collect(),
                count: (round % 2 == 0).then(|| 1 + below(m as u64) as usize),
                unit: 1,
            };
            let sets = (1..1_u32 << m).map(|s| (1..=m as i64).filter(|i| s >> (i - 1) & 1 == 1).collect::<Vec<_>>());
            let best = sets.filter_map(|open| cost(&instance, &open)).min().unwrap();
            for _ in 0..40 {
                let v: Vec<i64> = (0..n).map(|_| below(500) - 50).collect();
                assert!(bound(&instance, &v, 8) <= best * 8, "round {round}");
            }
        }
    }

    #[test]
    fn a_certificate_is_checked_against_its_instance() {
        let home = tempfile::tempdir().unwrap();
        let (file, proof) = (home.path().join("x"), home.path().join("c.json"));
        // A path 1 – 2 – 3 with lengths 5 and 4: the middle costs 9, and multipliers 5, 0, 4 prove it.
        std::fs::write(&file, "3 2 1\n1 2 5\n2 3 4\n").unwrap();
        let sum: String = Sha256::digest(b"3 2 1\n1 2 5\n2 3 4\n").iter().map(|b| format!("{b:02x}")).collect();
        let told = |open: &str, objective: i64, v: &str| {
            let text = format!(
                "{{\"format\":\"orlib-pmed\",\"sha256\":\"{sum}\",\"open\":{open},\"objective\":{objective},\
                 \"scale\":1,\"multipliers\":{v}}}"
            );
            std::fs::write(&proof, text).unwrap();
            verify(&proof, &file).unwrap()
        };
        let report = told("[2]", 9, "[1, 1, 1]");
        assert!(report.sound() && report.answers[0].grade == Grade::B, "{report}");
        let report = told("[2]", 9, "[9, 4, 9]");
        assert!(report.sound() && report.answers[0].grade == Grade::A, "{report}");
        assert!(!told("[2]", 8, "[5, 0, 4]").sound() && !told("[1, 2]", 4, "[5, 0, 4]").sound());
        assert!(told("[2]", 9, "[]").answers[0].grade == Grade::C && !told("[4]", 9, "[]").sound());
        std::fs::write(&file, "3 2 1\n1 2 5\n2 3 5\n").unwrap();
        assert!(matches!(verify(&proof, &file), Err(Refused::Changed { .. })));
    }

    #[test]
    fn decimals_come_to_one_unit() {
        let read = cap("2 1\n 5 7.50\n 6 8.\n3\n 1.125 2\n").unwrap();
        assert_eq!((read.unit, read.fixed, read.costs), (1000, vec![7500, 8000], vec![vec![1125, 2000]]));
        let read = ufllib("FILE: a\n2 3 0\n1 10 1 2 3\n2 20 4 5 6\n").unwrap();
        assert_eq!((read.fixed, read.costs[1].clone()), (vec![10, 20], vec![2, 5]));
        assert!(cap("2 1\n 5 x\n").is_none() && pmed("3 1 1\n1 2 5\n", None).is_none() && decimal("-1").is_none());
    }
}
