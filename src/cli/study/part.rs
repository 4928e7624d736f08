//! Which part of a study a task works: said on the command line, or by the engine that started it.

use super::super::exit;
use super::super::terminal::say;

/// How engines number the tasks of an array: their variable and the first number. The innermost comes first: HyperQueue's
/// workers may themselves be tasks of a Slurm array.
const NUMBERED: [(&str, usize); 3] = [("HQ_TASK_ID", 1), ("SLURM_ARRAY_TASK_ID", 1), ("JOB_COMPLETION_INDEX", 0)];

/// A part as it is written, 3/7.
pub(super) fn part(text: &str) -> Result<(usize, usize), String> {
    let split = text.split_once('/').and_then(|(k, n)| Some((k.trim().parse().ok()?, n.trim().parse().ok()?)));
    match split {
        Some((k, n)) if k >= 1 && k <= n => Ok((k, n)),
        _ => Err("a part like 3/7 is wanted, from 1/N to N/N".into()),
    }
}

/// The part to work: the one that is given, or that of an engine's task among `of`.
pub(super) fn mine(given: Option<(usize, usize)>, of: Option<u32>) -> Result<(usize, usize), u8> {
    let of = of.and_then(|n| usize::try_from(n).ok());
    let by_engine = || of_task(of, |name| std::env::var(name).ok());
    given.map_or_else(by_engine, Ok).map_err(|e| {
        say(&format!("forecourt: {e}"));
        exit::BAD_INPUT
    })
}

/// The part of an engine's task among `of` tasks. Slurm says the number of tasks itself, the others do not. Without an engine
/// and without a number, everything.
fn of_task(of: Option<usize>, get: impl Fn(&str) -> Option<String>) -> Result<(usize, usize), String> {
    let found = NUMBERED.iter().find_map(|&(name, first)| get(name).map(|id| (name, first, id)));
    match (found, of) {
        (None, None) => Ok((1, 1)),
        (None, Some(n)) => {
            let names = NUMBERED.map(|v| v.0).join(", ");
            Err(format!("--of {n} is for the task of an engine, but none of {names} is set: --part K/{n} names a part"))
        }
        (Some((name, first, id)), Some(n)) => {
            let k = id.parse().ok().and_then(|id: usize| id.checked_add(1)?.checked_sub(first));
            k.filter(|k| (1..=n).contains(k)).map(|k| (k, n)).ok_or_else(|| {
                format!("{name} is {id}: tasks of --of {n} are numbered from {first} to {}", n - 1 + first)
            })
        }
        (Some(("SLURM_ARRAY_TASK_ID", ..)), None) => slurm(get).ok_or_else(|| {
            "the numbers of this Slurm array have gaps: number its tasks from 1 to N and say --of N".into()
        }),
        (Some((name, ..)), None) => {
            Err(format!("{name} says which task this is, but not of how many: --of N says that"))
        }
    }
}

/// The part of a whole Slurm array.
fn slurm(get: impl Fn(&str) -> Option<String>) -> Option<(usize, usize)> {
    let whole = |what: &str| get(&format!("SLURM_ARRAY_TASK_{what}"))?.parse::<usize>().ok();
    let (id, first, last, count) = (whole("ID")?, whole("MIN")?, whole("MAX")?, whole("COUNT")?);
    (first..=last).contains(&id).then_some(())?;
    (last - first + 1 == count).then(|| (id - first + 1, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_whole() {
        assert_eq!((part("1/1"), part(" 3 / 7 ")), (Ok((1, 1)), Ok((3, 7))));
        for wrong in ["0/3", "4/3", "3", "a/b", "1/0"] {
            assert!(part(wrong).is_err(), "{wrong}");
        }
    }

    fn under(of: Option<usize>, set: &[(&str, &str)]) -> Result<(usize, usize), String> {
        of_task(of, |name| set.iter().find(|s| s.0 == name).map(|s| s.1.to_owned()))
    }

    fn array<'a>(id: &'a str, first: &'a str, last: &'a str, count: &'a str) -> [(&'static str, &'a str); 4] {
        let names = ["SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_COUNT"];
        let mut set = [("", ""); 4];
        for (slot, pair) in set.iter_mut().zip(names.into_iter().zip([id, first, last, count])) {
            *slot = pair;
        }
        set
    }

    #[test]
    fn engines_say_which_task_this_is() {
        assert_eq!(under(None, &[]), Ok((1, 1)));
        assert_eq!(under(Some(7), &[("HQ_TASK_ID", "7")]), Ok((7, 7)));
        assert_eq!(under(Some(7), &[("JOB_COMPLETION_INDEX", "0")]), Ok((1, 7)));
        assert_eq!(under(Some(7), &[("SLURM_ARRAY_TASK_ID", "3")]), Ok((3, 7)));
        assert_eq!(under(None, &array("0", "0", "6", "7")), Ok((1, 7)));
        assert_eq!(under(None, &array("9", "4", "9", "6")), Ok((6, 6)));
        // A worker of HyperQueue in a Slurm array.
        assert_eq!(under(Some(9), &[("SLURM_ARRAY_TASK_ID", "1"), ("HQ_TASK_ID", "8")]), Ok((8, 9)));
        // Some tasks of an array once more.
        let again = array("5", "2", "5", "2");
        assert_eq!(under(Some(7), &again), Ok((5, 7)));
        assert!(under(None, &again).unwrap_err().contains("--of N"));
    }

    #[test]
    fn a_task_that_is_none_works_nothing() {
        for (of, set) in [
            (Some(7), ("HQ_TASK_ID", "0")),
            (Some(7), ("HQ_TASK_ID", "8")),
            (Some(7), ("JOB_COMPLETION_INDEX", "7")),
            (Some(7), ("SLURM_ARRAY_TASK_ID", "x")),
            (None, ("HQ_TASK_ID", "1")),
            (None, ("JOB_COMPLETION_INDEX", "1")),
            (Some(7), ("NOTHING", "1")),
        ] {
            assert!(under(of, &[set]).is_err(), "{of:?} {set:?}");
        }
    }
}
