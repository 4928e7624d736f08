//! Vehicle identification numbers: their alphabet and check digit (ISO 3779, FMVSS 565, GB 16735).

use super::data::{Data, Place};
use super::finding::{Check, Finding, Findings, Mend};
use std::collections::{BTreeMap, HashMap, HashSet};

const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

fn worth(letter: u8) -> Option<u32> {
    Some(match letter {
        b'0'..=b'9' => u32::from(letter - b'0'),
        b'A'..=b'H' => u32::from(letter - b'A') + 1,
        b'J'..=b'N' => u32::from(letter - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(letter - b'S') + 2,
        _ => return None,
    })
}

/// The check digit that a VIN of 17 sound letters should have in its ninth place.
pub fn check_digit(vin: &str) -> Option<u8> {
    let bytes = vin.as_bytes();
    if bytes.len() != 17 {
        return None;
    }
    let sum = bytes.iter().zip(WEIGHTS).map(|(&b, w)| worth(b).map(|v| v * w)).sum::<Option<u32>>()?;
    Some(match sum % 11 {
        10 => b'X',
        n => b'0' + n as u8,
    })
}

/// What is wrong with a VIN by itself.
pub fn flaw(vin: &str) -> Option<String> {
    if vin.chars().count() != 17 {
        return Some(format!("it has {} letters instead of 17", vin.chars().count()));
    }
    match check_digit(vin) {
        None => Some("it holds a letter that no VIN has".into()),
        Some(digit) if digit != vin.as_bytes()[8] => {
            Some(format!("its check digit is {}, {} would fit", &vin[8..9], digit as char))
        }
        Some(_) => None,
    }
}

/// Known VINs with a place left out, to find neighbours that differ there.
struct Near<'d> {
    by_gap: HashMap<(usize, String), Vec<&'d str>>,
    known: HashSet<&'d str>,
}

impl<'d> Near<'d> {
    fn new(data: &'d Data, wanted: &[&str]) -> Self {
        // Only gaps of the VINs that are looked for are kept.
        let gaps: HashSet<(usize, String)> = wanted.iter().flat_map(|v| gaps(v)).collect();
        let mut by_gap: HashMap<(usize, String), Vec<&str>> = HashMap::new();
        let mut known = HashSet::new();
        for vehicle in &data.vehicles {
            let vin = data.vins.name(vehicle.vin);
            if flaw(vin).is_none() && known.insert(vin) {
                for gap in gaps_of(vin, &gaps) {
                    by_gap.entry(gap).or_default().push(vin);
                }
            }
        }
        Self { by_gap, known }
    }

    /// The only known VIN that differs in one place or by two neighbours swapped.
    fn only(&self, vin: &str) -> Option<&'d str> {
        let mut found: Vec<&str> = gaps(vin).iter().filter_map(|g| self.by_gap.get(g)).flatten().copied().collect();
        let bytes = vin.as_bytes();
        for k in 1..bytes.len() {
            let mut swapped = bytes.to_vec();
            swapped.swap(k - 1, k);
            found.extend(std::str::from_utf8(&swapped).ok().and_then(|s| self.known.get(s)).copied());
        }
        found.retain(|f| *f != vin);
        found.sort_unstable();
        found.dedup();
        if let [one] = found[..] { Some(one) } else { None }
    }
}

fn gaps(vin: &str) -> Vec<(usize, String)> {
    if !vin.is_ascii() || vin.len() != 17 {
        return Vec::new();
    }
    (0..17).map(|k| (k, format!("{}{}", &vin[..k], &vin[k + 1..]))).collect()
}

fn gaps_of(vin: &str, wanted: &HashSet<(usize, String)>) -> Vec<(usize, String)> {
    if wanted.is_empty() { Vec::new() } else { gaps(vin).into_iter().filter(|g| wanted.contains(g)).collect() }
}

/// Flawed and reused VINs.
pub fn check(data: &Data, out: &mut Findings) {
    let built: HashSet<u32> = data.vehicles.iter().map(|v| v.vin).collect();
    let flaws: BTreeMap<u32, String> =
        (0..data.vins.len() as u32).filter_map(|v| flaw(data.vins.name(v)).map(|f| (v, f))).collect();
    let names: Vec<&str> = flaws.keys().map(|&v| data.vins.name(v)).collect();
    let near = Near::new(data, &names);
    let mut say = |vin: u32, place: &Place, dealer: Option<u32>, money: i64| {
        let Some(flaw) = flaws.get(&vin) else { return };
        let name = data.vins.name(vin);
        let mut finding = Finding::row(Check::Vin, true, place, dealer, money, format!("VIN {name}: {flaw}"));
        if let Some(one) = near.only(name).filter(|_| !built.contains(&vin)) {
            let (before, after) = (name.to_owned(), one.to_owned());
            finding.reason += &format!("; the only car built like it is {one}");
            finding.mend = Some(Mend { place: place.clone(), column: Some("vin"), before, after });
        }
        out.push(finding);
    };
    for s in &data.sales {
        s.vin.into_iter().for_each(|v| say(v, &s.place, Some(s.dealer), s.price));
    }
    for v in &data.vehicles {
        say(v.vin, &v.place, None, 0);
    }
    for e in data.registrations.iter().chain(&data.stock).chain(&data.service).chain(&data.drives) {
        e.vin.into_iter().for_each(|v| say(v, &e.place, e.dealer, 0));
    }
    reuse(data, out);
}

fn reuse(data: &Data, out: &mut Findings) {
    let mut first: HashMap<u32, usize> = HashMap::new();
    for (k, v) in data.vehicles.iter().enumerate() {
        let Some(model) = v.model else { continue };
        let before = &data.vehicles[*first.entry(v.vin).or_insert(k)];
        if let Some(other) = before.model.filter(|&m| m != model) {
            let (vin, a, b) = (data.vins.name(v.vin), data.models.name(other), data.models.name(model));
            let reason = format!("VIN {vin} was built as {a} and as {b}");
            let mut finding = Finding::row(Check::Reuse, true, &v.place, None, 0, reason);
            finding.rows.insert(0, before.place.clone());
            out.push(finding);
        }
    }
}
