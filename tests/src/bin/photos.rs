//! `photos`: draws the set of photographs, lets every decoder read it, and prints the table.
//! Knows arguments and the table; does not know how pictures are made.
//! Specified in specs/performance.md, "Photographs".
use lachan_tests::photos::{Expected, decoders as d};
use image::{GrayImage, DynamicImage};
use std::time::Instant;
fn main() {
    let set = lachan_tests::photos::Set::new(1);
    let n: usize = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(28);
    let step: usize = std::env::args().nth(2).and_then(|a| a.parse().ok()).unwrap_or(1);
    let dir = std::path::PathBuf::from("/tmp/photos-set");
    std::fs::create_dir_all(&dir).unwrap();
    let scaled = |im: &GrayImage, most: u32| -> GrayImage {
        let long = im.width().max(im.height());
        if long <= most { return im.clone(); }
        DynamicImage::ImageLuma8(im.clone()).resize(most, most, image::imageops::FilterType::Triangle).into_luma8()
    };
    let upscaled = |im: &GrayImage, k: u32| -> GrayImage {
        DynamicImage::ImageLuma8(im.clone()).resize(im.width()*k, im.height()*k, image::imageops::FilterType::Triangle).into_luma8()
    };
    let soft = |im: &GrayImage, s: f32| -> GrayImage { DynamicImage::ImageLuma8(im.clone()).fast_blur(s).into_luma8() };
    let sharp = |im: &GrayImage| -> GrayImage { DynamicImage::ImageLuma8(im.clone()).unsharpen(3.0, 0).into_luma8() };
    type S<'a> = (&'a str, Box<dyn Fn(&GrayImage) -> Vec<String> + 'a>);
    let strategies: Vec<S<'_>> = vec![
        ("rqrr", Box::new(d::rqrr)),
        ("cpp", Box::new(d::rxing_cpp)),
        ("java", Box::new(d::rxing_java)),
        ("cpp1600", Box::new(|i| d::rxing_cpp(&scaled(i, 1600)))),
        ("cpp1000", Box::new(|i| d::rxing_cpp(&scaled(i, 1000)))),
        ("cpp700", Box::new(|i| d::rxing_cpp(&scaled(i, 700)))),
        ("cppsoft1", Box::new(|i| d::rxing_cpp(&soft(&scaled(i, 1600), 1.0)))),
        ("cppsoft2", Box::new(|i| d::rxing_cpp(&soft(&scaled(i, 1600), 2.0)))),
        ("cppsharp", Box::new(|i| d::rxing_cpp(&sharp(&scaled(i, 1600))))),
        ("cppx2", Box::new(|i| d::rxing_cpp(&upscaled(&scaled(i, 1200), 2)))),
        ("glob", Box::new(|i| d::rxing_global(&scaled(i, 1600)))),
        ("globsoft", Box::new(|i| d::rxing_global(&soft(&scaled(i, 1600), 1.5)))),
        ("rqrrsoft", Box::new(|i| d::rqrr(&soft(&scaled(i, 1600),1.0)))),
        ("rqrr1000", Box::new(|i| d::rqrr(&scaled(i, 1000)))),
        ("rqrrx2", Box::new(|i| d::rqrr(&upscaled(&scaled(i, 1200), 2)))),
    ];
    let mut total = vec![0usize; strategies.len() + 2];
    let mut times = vec![0f64; strategies.len() + 2];
    for (k, s) in strategies.iter().enumerate() { println!("{k} {}", s.0); }
    let mut gen_t = 0.0;
    for i in (0..n).step_by(step) {
        let t = Instant::now();
        let p = set.picture(i);
        gen_t += t.elapsed().as_secs_f64();
        let path = dir.join(format!("{i:03}-{:?}-v{}.{}", p.distortion, p.version, p.format.ending()));
        std::fs::write(&path, &p.bytes).unwrap();
        let image = image::load_from_memory(&p.bytes).unwrap().to_luma8();
        let ok = |texts: Vec<String>| match &p.expected {
            Expected::Text(t) => texts.contains(t),
            Expected::Several(a, b) => texts.contains(a) && texts.contains(b),
            Expected::Nothing => texts.is_empty(),
        };
        let mut line = String::new();
        let mut any = false;
        for (k, (_, s)) in strategies.iter().enumerate() {
            let t = Instant::now();
            let r = ok(s(&image));
            times[k] += t.elapsed().as_secs_f64();
            total[k] += usize::from(r); any |= r;
            line.push(if r {'+'} else {'.'});
        }
        let z = ok(d::zbar(&path).unwrap());
        total[strategies.len()] += usize::from(z);
        total[strategies.len()+1] += usize::from(any);
        println!("{i:3} {:8} v{:2} {line} z{} {}", format!("{:?}", p.distortion), p.version, if z {'+'} else {'.'}, if any {""} else {"NONE"});
    }
    for (k, s) in strategies.iter().enumerate() { println!("{:10} {} {:.1}s", s.0, total[k], times[k]); }
    println!("zbar {} any {} gen {gen_t:.1}", total[strategies.len()], total[strategies.len()+1]);
}
