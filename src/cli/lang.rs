//! The language of the terminal: `--lang`, else the locale.

use crate::report::number::Lang;
use std::sync::OnceLock;

static CHOSEN: OnceLock<Lang> = OnceLock::new();

/// A language as the user names it.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum LangArg {
    /// English.
    En,
    /// 简体中文.
    Zh,
}

/// Chooses the language once, for the whole run.
pub(super) fn choose(given: Option<LangArg>) {
    let lang = match given {
        Some(LangArg::En) => Lang::En,
        Some(LangArg::Zh) => Lang::Zh,
        None => of_locale(|name| std::env::var(name).ok()),
    };
    let _ = CHOSEN.set(lang);
}

/// The language of the terminal.
pub(super) fn lang() -> Lang {
    CHOSEN.get().copied().unwrap_or(Lang::En)
}

/// The first of the variables that is set decides, as POSIX says.
fn of_locale(get: impl Fn(&str) -> Option<String>) -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(get).find(|v| !v.is_empty());
    if set.is_some_and(|v| v.starts_with("zh")) { Lang::Zh } else { Lang::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let of = |set: &[(&str, &str)]| {
            let set: Vec<(String, String)> = set.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
            of_locale(|name| set.iter().find(|s| s.0 == name).map(|s| s.1.clone()))
        };
        assert_eq!(of(&[("LANG", "zh_CN.UTF-8")]), Lang::Zh);
        assert_eq!(of(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]), Lang::En);
        assert_eq!(of(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_TW"), ("LANG", "en_US")]), Lang::Zh);
        assert_eq!(of(&[]), Lang::En);
    }
}
