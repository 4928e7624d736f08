use super::design::{Layout, Span, parse};
use super::points::{Place, Point, common, count, part, point, variant};
use super::report::{Collector, Compared};
use super::task::{Figure, Worked};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const TEXT: &str = r#"
base = "../tiny"
replications = 20

[[axis]]
name = "demand"
values = [0.8, 1, 1.25]
table = "zones"
where = { region = "North" }
scale = "demand_factor"

[[axis]]
name = "rival"
[[axis.level]]
name = "stays"
[[axis.level]]
name = "leaves"
settings = { market = { nest = 0.9 } }
patch = [{ table = "zones", scale = { rival_weight = 0.5 } }]

[[axis]]
name = "closings"
decision = true
values = [0, 2]
setting = "placement.max_close"
"#;

fn study(text: &str) -> super::design::Study {
    parse(text, Path::new("studies/a.toml")).unwrap()
}

#[test]
fn a_full_design_has_every_combination_once() {
    let s = study(TEXT);
    assert_eq!((s.id.as_str(), s.base.as_path(), s.place), ("a", Path::new("studies/../tiny"), true));
    assert_eq!(count(&s, None), 12);
    let all: BTreeSet<String> = (0..12).map(|i| format!("{:?}", point(&s, None, i).places)).collect();
    assert_eq!(all.len(), 12);
    assert_eq!(point(&s, None, 1).places, [Place::Level(0), Place::Level(0), Place::Level(1)]);
}

#[test]
fn a_point_is_a_variant_of_the_base() {
    let s = study(TEXT);
    let made = |places: [usize; 3]| {
        let point = Point { index: 0, places: places.map(Place::Level).to_vec() };
        variant(&s, &point).parse::<toml::Table>().unwrap()
    };
    let all = made([2, 1, 1]);
    assert_eq!(all["settings"]["market"]["nest"].as_float(), Some(0.9));
    assert_eq!(all["settings"]["placement"]["max_close"].as_integer(), Some(2));
    let patches = all["patch"].as_array().unwrap();
    assert_eq!(patches.len(), 2);
    assert_eq!(patches[0]["where"]["region"].as_str(), Some("North"));
    assert_eq!(patches[0]["scale"]["demand_factor"].as_float(), Some(1.25));
    assert_eq!(patches[1]["scale"]["rival_weight"].as_float(), Some(0.5));
    assert!(made([1, 0, 0]).get("patch").unwrap().as_array().unwrap().len() == 1);
}

#[test]
fn what_all_points_have_in_common_comes_before_the_axes() {
    let all = "[settings]\nplacement = { gap = 0.01, max_close = 7 }\n[[patch]]\ntable = \"zones\"\nplus = { demand_factor = 1 }\n[[axis]]";
    let s = study(&TEXT.replacen("[[axis]]", all, 1));
    let shared = common(&s).parse::<toml::Table>().unwrap();
    assert_eq!(shared["settings"]["placement"]["max_close"].as_integer(), Some(7));
    assert_eq!(shared["patch"].as_array().unwrap().len(), 1);
    let point = variant(&s, &point(&s, None, 0)).parse::<toml::Table>().unwrap();
    let placement = &point["settings"]["placement"];
    assert_eq!((placement["gap"].as_float(), placement["max_close"].as_integer()), (Some(0.01), Some(0)));
    let patches = point["patch"].as_array().unwrap();
    assert_eq!(patches.len(), 2);
    assert!(patches[0].get("plus").is_some() && patches[1].get("scale").is_some());
    assert_eq!(common(&study(TEXT)), "");
}

#[test]
fn points_of_one_placement_are_one_task_s() {
    let noise = "[[axis]]\nname = \"noise\"\nvalues = [0.1, 0.2]\nsetting = \"simulation.national_sd\"\n[[axis]]";
    let s = study(&TEXT.replacen("[[axis]]", noise, 1));
    assert_eq!(count(&s, None), 24);
    // The noise runs slowest: twelve points later all else is the same.
    assert!((0..12).all(|i| part(&s, i, 1) == part(&s, i + 12, 1)));
    let many: Vec<String> = (0..40).map(|k| k.to_string()).collect();
    let wide = study(&TEXT.replacen("[[axis]]", noise, 1).replace("[0, 2]", &format!("{many:?}").replace('"', "")));
    let (points, apart) = (count(&wide, None), count(&wide, None) / 2);
    assert_eq!(points, 480);
    for n in [2, 5, 30] {
        assert!((0..apart).all(|i| part(&wide, i, n) == part(&wide, i + apart, n)), "{n}");
        let mut sizes = vec![0; n];
        (0..points).for_each(|i| sizes[part(&wide, i, n)] += 1);
        assert!(sizes.iter().all(|k| (points / n - 2..=points / n + 2).contains(k)), "{sizes:?}");
    }
    // Few placements for so many tasks, or none to share: one after the other.
    assert!((0..points).all(|i| part(&wide, i, 31) == i % 31));
    let today = study(&format!("steps = [\"simulate\"]\n{}", TEXT.replacen("[[axis]]", noise, 1)));
    assert!((0..24).all(|i| part(&today, i, 2) == i % 2));
}

/// Points that differ in the simulation share a placement, so nothing that is simulated may reach it.
#[test]
fn a_placement_sees_a_year_whatever_is_simulated() {
    let ground = |days: u32| {
        let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
        let mut folder = crate::io::scenario::Folder::open(&tiny);
        folder.patch_text("study", "days", &format!("[settings.simulation]\ndays = {days}\n"));
        let scenario = folder.judge().unwrap().0;
        let ground = crate::planning::Ground::new(&scenario, &crate::progress::Silent);
        let year: Vec<Vec<f64>> = ground.forecast.national.values().map(|p| p.mean[..52].to_vec()).collect();
        (year, ground.margin, ground.holding)
    };
    assert_eq!(ground(30), ground(364));
}

#[test]
fn a_hypercube_and_a_net_fill_every_axis_evenly() {
    for design in ["hypercube", "sobol"] {
        let text = format!(
            "base = \".\"\ndesign = \"{design}\"\npoints = 64\nseed = 3\n[[axis]]\nname = \"x\"\nrange = [10, 20]\nsetting = \"a.b\"\n[[axis]]\nname = \"y\"\nvalues = [1, 2, 3, 4]\nsetting = \"a.c\"\n"
        );
        let s = study(&text);
        assert!(matches!(s.layout, Layout::Hypercube(64) | Layout::Sobol(64)));
        let (mut strata, mut levels) = ([0; 64], [0; 4]);
        for i in 0..64 {
            let p = point(&s, None, i);
            let (Place::Number(x), Place::Level(k)) = (&p.places[0], &p.places[1]) else { panic!("{p:?}") };
            strata[((x - 10.0) / 10.0 * 64.0) as usize] += 1;
            levels[*k] += 1;
        }
        assert_eq!((strata, levels), ([1; 64], [16; 4]), "{design}");
    }
}

#[test]
fn faults_name_their_place_and_the_way_out() {
    let said = |text: &str| -> Vec<String> {
        parse(text, Path::new("s.toml")).unwrap_err().iter().map(ToString::to_string).collect()
    };
    let all = said(
        "base = \".\"\nsteps = [\"place\", \"dance\"]\ndesign = \"sobol\"\n[[axis]]\nname = \"x\"\nrange = [2, 1]\nsetting = \"a.b\"\n[[axis]]\nname = \"x\"\nvalues = [1]\n",
    );
    assert!(all.iter().any(|f| f.starts_with("s.toml:2:9: \"dance\" is no step")), "{all:?}");
    assert!(all.iter().any(|f| f.contains("has no outputs")), "{all:?}");
    assert!(all.iter().any(|f| f.starts_with("s.toml:3:10: the number of points")), "{all:?}");
    assert!(all.iter().any(|f| f.contains("there twice")), "{all:?}");
    assert!(all.iter().any(|f| f.contains("does not say what it changes")), "{all:?}");
    let twice = "base = \".\"\n[[axis]]\nname = \"x\"\nvalues = [1, 2, 1]\nsetting = \"a.b\"\n[[axis]]\nname = \"y\"\n\
        [[axis.level]]\nname = \"l\"\n[[axis.level]]\nname = \"l\"\n";
    let all = said(twice);
    assert!(all.iter().any(|f| f.starts_with("s.toml:2:1: the axis \"x\" has the value 1 twice")), "{all:?}");
    assert!(all.iter().any(|f| f.starts_with("s.toml:6:1: the axis \"y\" has the level \"l\" twice")), "{all:?}");
    let seed = "base = \".\"\n[settings.simulation]\nreplications = 9\n[[axis]]\nname = \"x\"\nvalues = [1, 2]\n\
        setting = \"simulation.seed\"\n";
    let all = said(seed);
    assert!(all.iter().any(|f| f.contains("write seed at the top") && f.starts_with("s.toml:4:1:")), "{all:?}");
    assert!(all.iter().any(|f| f.contains("write replications at the top")), "{all:?}");
    assert!(said("base = 3\n")[0].starts_with("s.toml:1:8:"), "{:?}", said("base = 3\n"));
    assert!(
        said("base = \".\"\nspeed = 3\n[[axis]]\nname=\"x\"\nvalues=[1]\nsetting=\"a.b\"\n")[0]
            .starts_with("s.toml:2:1:")
    );
    let range = "base = \".\"\n[[axis]]\nname = \"x\"\nrange = [1, 2]\nsetting = \"a.b\"\n";
    assert!(said(range)[0].contains("a full design needs values"));
    let axis = "[[axis]]\nname = \"NAME\"\nvalues = [VALUES]\nsetting = \"a.b\"\n";
    let values = (0..1000).map(|k| k.to_string()).collect::<Vec<_>>().join(",");
    let many: String = ["a", "b", "c"].map(|n| axis.replace("NAME", n).replace("VALUES", &values)).concat();
    assert!(said(&format!("base = \".\"\n{many}"))[0].contains("more than 10000000 points"));
}

fn worked(profit: &[f64], fill: f64, capital: f64) -> Worked {
    let mean = profit.iter().sum::<f64>() / profit.len() as f64;
    let figure = |x: f64| Figure { today: [0.0; 3], plan: [x; 3], difference: [x; 3] };
    Worked {
        key: String::new(),
        no_plan: None,
        figures: [("profit".to_owned(), figure(mean)), ("fill_rate".to_owned(), figure(fill))].into(),
        profit: profit.to_vec(),
        placement: BTreeMap::from([("one_off_cost".to_owned(), capital)]),
    }
}

/// Ranking, effects, front and regret of a hundred random designs against plain definitions.
#[test]
fn comparisons_are_what_they_are_called() {
    let s = study(TEXT);
    let mut draw = crate::stats::stream::Stream::from_hash(4);
    for _ in 0..100 {
        let mut collector = Collector::new(&s);
        let mut all: Vec<(Point, f64, f64, f64)> = Vec::new();
        for i in 0..12 {
            let p = point(&s, None, i);
            let base = draw.below(8) as f64;
            let w = worked(&[base, base + draw.unit(), base - 1.0], draw.below(4) as f64 / 4.0, draw.below(4) as f64);
            let plan = |f: &str| w.figures[f].plan[0];
            all.push((p.clone(), plan("profit"), plan("fill_rate"), w.placement["one_off_cost"]));
            collector.add(&p, &w);
        }
        let Compared { ranking, front, effects, regrets, sure, .. } = collector.compared();
        assert_eq!(ranking.len(), 12);
        assert!(ranking.windows(2).all(|w| w[0].profit >= w[1].profit));
        assert!((ranking[3].behind.mean - (ranking[3].profit - ranking[0].profit)).abs() < 1e-9);
        let as_good = |a: &(Point, f64, f64, f64), b: &(Point, f64, f64, f64)| a.1 >= b.1 && a.2 >= b.2 && a.3 <= b.3;
        for a in &all {
            let beaten = all.iter().any(|b| b.0.index != a.0.index && as_good(b, a) && !as_good(a, b));
            let twin = all.iter().any(|b| b.0.index < a.0.index && as_good(b, a) && as_good(a, b));
            assert_eq!(front.contains(&a.0.index), !beaten && !twin, "{a:?} {front:?}");
        }
        let closings = effects.into_iter().find(|e| e.axis == "closings").unwrap();
        let mean = |k: usize| {
            let of: Vec<f64> = all.iter().filter(|a| a.0.places[2] == Place::Level(k)).map(|a| a.1).collect();
            of.iter().sum::<f64>() / 6.0
        };
        assert!((closings.by_value[1].1 - mean(1)).abs() < 1e-9 && closings.by_value[1].0 == "2");
        assert!((closings.width - (mean(1) - mean(0)).abs()).abs() < 1e-9);
        // Two decisions in six worlds.
        let regret = |k: usize| {
            let profit = |world: usize, k: usize| all[world * 2 + k].1;
            (0..6).map(|w| profit(w, 0).max(profit(w, 1)) - profit(w, k)).fold(0.0, f64::max)
        };
        assert_eq!(regrets.len(), 2);
        assert!((regrets[0].regret - regret(0).min(regret(1))).abs() < 1e-9);
        assert!((regrets[1].regret - regret(0).max(regret(1))).abs() < 1e-9);
        assert!((0.0..=1.0).contains(&sure));
    }
}

#[test]
fn a_list_names_its_lines() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("points.csv");
    let s = study(TEXT);
    let read = |text: &str| {
        std::fs::write(&file, text).unwrap();
        super::points::list(&s, &file)
    };
    let points = read("closings,rival,demand\n1,leaves,0.9\n0,stays,1.1\n").unwrap();
    assert_eq!(points[0], [Place::Number(0.9), Place::Level(1), Place::Number(1.0)]);
    assert!(matches!(s.axes[0].span, Span::Values(..)) && s.axes[0].shown(&points[0][0]) == "0.9");
    assert!(read("rival,demand\nstays,1\n").unwrap_err().to_string().contains("no column \"closings\""));
    let wrong = read("closings,rival,demand\n1,leaves,0.9\n1,dances,1\n").unwrap_err().to_string();
    assert!(wrong.contains("line 3") && wrong.contains("stays, leaves"), "{wrong}");
}
