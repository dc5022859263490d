//! Photographs of real codes as people take them: a set that a seed fixes, drawn when it is needed.
//! Knows what a picture shows and what a reader should say of it; does not know decoders.
//! Specified in specs/performance.md, "Photographs".

pub mod camera;
pub mod codes;
pub mod decoders;
pub mod film;
pub mod scene;

use camera::Pose;
use codes::Codes;
use film::{Film, Format};
use scene::{Scene, Sheet};

/// How a picture is hard to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distortion {
    /// None but the camera's own: straight, near, even light.
    Plain,
    /// Turned by any angle.
    Rotated,
    /// Seen from the side: 20 to 40 degrees.
    Tilted,
    /// Grain of a dark room.
    Noisy,
    /// Out of focus: a spread of 0.25 to 0.45 of a module.
    Blurred,
    /// Moved: 0.5 to 1 module.
    Shaken,
    /// A shadow's edge and a lamp over the code.
    Uneven,
    /// Far away: 2.6 to 3.4 pixels a module.
    Small,
    /// Hard compression and a faded print.
    Faded,
    /// A little of all of these.
    Mixed,
    /// A picture of 12 million pixels.
    Large,
    /// One code of ours and one of somebody else.
    Foreign,
    /// Two different codes of ours: a reader must ask.
    Two,
    /// No code at all.
    None,
}

/// All, in the order of the table.
pub const DISTORTIONS: [Distortion; 14] = [
    Distortion::Plain,
    Distortion::Rotated,
    Distortion::Tilted,
    Distortion::Noisy,
    Distortion::Blurred,
    Distortion::Shaken,
    Distortion::Uneven,
    Distortion::Small,
    Distortion::Faded,
    Distortion::Mixed,
    Distortion::Large,
    Distortion::Foreign,
    Distortion::Two,
    Distortion::None,
];

/// What a reader should say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This text.
    Text(String),
    /// That there are several of ours.
    Several(String, String),
    /// That there is none.
    Nothing,
}

/// One picture of the set.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Number in the set.
    pub number: usize,
    /// How it is hard.
    pub distortion: Distortion,
    /// QR version of the code that counts; 0 for none.
    pub version: u8,
    /// The file's bytes, PNG or JPEG.
    pub bytes: Vec<u8>,
    /// Its format.
    pub format: Format,
    /// What a reader should say.
    pub expected: Expected,
}

impl Picture {
    /// How a reader says that several codes of ours are in a picture.
    pub const SEVERAL: &'static str = "several of ours";
    /// How a reader says that there is no code.
    pub const NOTHING: &'static str = "nothing found";

    /// Whether this is what a reader should say.
    #[must_use]
    pub fn is_answered_by(&self, said: &Result<String, &'static str>) -> bool {
        match (&self.expected, said) {
            (Expected::Text(text), Ok(said)) => said == text,
            (Expected::Several(..), Err(said)) => *said == Self::SEVERAL,
            (Expected::Nothing, Err(said)) => *said == Self::NOTHING,
            (Expected::Text(_), Err(_)) | (Expected::Several(..) | Expected::Nothing, Ok(_)) => {
                false
            }
        }
    }
}

/// A JPEG or PNG of one code, taken like the pictures of a distortion.
#[must_use]
pub fn photograph(url: &str, distortion: Distortion, seed: u64) -> (Vec<u8>, Format) {
    let dice = &mut Dice::new(seed);
    let code = codes::Code::of_url(url.to_owned());
    take(vec![Sheet::alone(&code)], distortion, dice)
}

/// Puts sheets on a wall, the camera before it, and develops the film.
fn take(sheets: Vec<Sheet>, distortion: Distortion, dice: &mut Dice) -> (Vec<u8>, Format) {
    let scene = Scene::of(sheets, dice);
    let pose = Pose::of(distortion, &scene, dice);
    let film = Film::of(distortion, pose.pixels_per_module(), dice);
    (film.develop(&pose.expose(&scene), dice), film.format())
}

/// Pictures of each distortion in the whole set.
pub const OF_EACH: usize = 15;

/// A set of pictures: the same for the same seed.
#[derive(Debug)]
pub struct Set {
    seed: u64,
    codes: Codes,
}

impl Set {
    /// The set of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            codes: Codes::drawn_from(seed),
        }
    }

    /// Pictures in the whole set.
    #[must_use]
    pub const fn len(&self) -> usize {
        DISTORTIONS.len() * OF_EACH
    }

    /// Never.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Draws one picture. Neighbours have different distortions, so that each run of 14 has all.
    #[must_use]
    pub fn picture(&self, number: usize) -> Picture {
        let distortion = DISTORTIONS[number % DISTORTIONS.len()];
        let dice = &mut Dice::new(self.seed ^ (number as u64 + 1).wrapping_mul(0x9e37_79b9));
        let nth = number / DISTORTIONS.len() * 3 + number;
        let code = self.codes.nth(nth);
        let other = self.codes.nth(nth + 1);
        let (sheets, expected, version) = match distortion {
            Distortion::None => (Vec::new(), Expected::Nothing, 0),
            Distortion::Two => (
                vec![Sheet::left(code), Sheet::right(other, code)],
                Expected::Several(code.url.clone(), other.url.clone()),
                code.version,
            ),
            Distortion::Foreign => {
                let foreign = self.codes.foreign();
                let sheets = vec![Sheet::left(code), Sheet::right(foreign, code)];
                let text = Expected::Text(code.url.clone());
                (sheets, text, code.version)
            }
            _ => (
                vec![Sheet::alone(code)],
                Expected::Text(code.url.clone()),
                code.version,
            ),
        };
        let (bytes, format) = take(sheets, distortion, dice);
        Picture {
            number,
            distortion,
            version,
            bytes,
            format,
            expected,
        }
    }
}

/// Numbers drawn from a seed (SplitMix64): the pictures are the same everywhere.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly from `low` up to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        let unit = u16::try_from(self.next() >> 48).unwrap_or(0);
        low + (high - low) * f32::from(unit) / 65_536.0
    }

    /// `low` to `high` and with either sign.
    pub fn either(&mut self, low: f32, high: f32) -> f32 {
        let size = self.between(low, high);
        if self.next().is_multiple_of(2) {
            size
        } else {
            -size
        }
    }

    /// About normal, of spread 1: the sum of four even ones.
    pub fn normal(&mut self) -> f32 {
        let bits = self.next();
        let sum: u32 = (0..4)
            .map(|at| u32::from(u16::try_from((bits >> (16 * at)) & 0xffff).unwrap_or(0)))
            .sum();
        // Variance of the sum: 4/12 of 65,536 squared.
        (f32::from(u16::try_from(sum >> 2).unwrap_or(0)) - 32_767.5) / 65_536.0 * 4.0 * 1.732
    }
}
