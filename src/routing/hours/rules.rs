//! Rule sets as data. All times in minutes.

/// Something that may be used a few times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Special {
    /// Its length in minutes.
    pub minutes: u32,
    /// How often.
    pub times: u8,
}

/// Hours a driver may work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What the rule set is called in data.
    pub name: &'static str,
    /// Driving before a break.
    pub before_break: u32,
    /// Length of a break.
    pub pause: u32,
    /// A break in two parts, in this order.
    pub parts: Option<[u32; 2]>,
    /// Whether work that is not driving counts as a break.
    pub work_is_break: bool,
    /// Driving in a day.
    pub driving: u32,
    /// Driving in a long day.
    pub long: Special,
    /// From the start of a day to the end of its driving.
    pub window: u32,
    /// Whether the window also ends other work.
    pub window_ends_work: bool,
    /// Rest between days.
    pub rest: u32,
    /// A shorter rest; the window of the day before it grows by what it lacks.
    pub short: Special,
    /// From the start of a day to the start of the next, at least.
    pub period: u32,
    /// Driving of a whole tour.
    pub week_driving: u32,
    /// Driving and work of a whole tour.
    pub week_duty: u32,
}

const NEVER: Special = Special { minutes: 0, times: 0 };

impl Rules {
    /// European Union, regulation 561/2006, one driver.
    pub const EU: Self = Self {
        name: "eu",
        before_break: 270,
        pause: 45,
        parts: Some([15, 30]),
        work_is_break: false,
        driving: 540,
        long: Special { minutes: 600, times: 2 },
        window: 780,
        window_ends_work: true,
        rest: 660,
        short: Special { minutes: 540, times: 3 },
        period: 0,
        week_driving: 3360,
        week_duty: 3600,
    };
    /// European Union, two drivers: one rests while the other drives; nine hours of rest in thirty.
    pub const EU_CREW: Self = Self {
        name: "eu-crew",
        before_break: 1260,
        parts: None,
        driving: 1080,
        long: Special { minutes: 1200, times: 2 },
        window: 1260,
        rest: 540,
        short: NEVER,
        week_driving: 6720,
        week_duty: 7200,
        ..Self::EU
    };
    /// United States, 49 CFR 395, property-carrying, seventy hours.
    pub const US: Self = Self {
        name: "us",
        before_break: 480,
        pause: 30,
        parts: None,
        work_is_break: true,
        driving: 660,
        long: NEVER,
        window: 840,
        window_ends_work: false,
        rest: 600,
        short: NEVER,
        period: 0,
        week_driving: 4200,
        week_duty: 4200,
    };
    /// China, article 62: four hours, then twenty minutes; eight hours in a day of twenty-four.
    pub const CHINA: Self = Self {
        name: "china",
        before_break: 240,
        pause: 20,
        parts: None,
        work_is_break: false,
        driving: 480,
        long: NEVER,
        window: 960,
        window_ends_work: true,
        rest: 480,
        short: NEVER,
        period: 1440,
        week_driving: 3360,
        week_duty: 4320,
    };
    /// China, two drivers in turns.
    pub const CHINA_CREW: Self = Self {
        name: "china-crew",
        before_break: 960,
        driving: 960,
        week_driving: 6720,
        week_duty: 8640,
        ..Self::CHINA
    };
    /// Every rule set.
    pub const ALL: [Self; 5] = [Self::EU, Self::EU_CREW, Self::US, Self::CHINA, Self::CHINA_CREW];

    /// The rule set of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name == name)
    }
}
