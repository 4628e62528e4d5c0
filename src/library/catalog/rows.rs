//! From rows of the tables to what the program calls them.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::super::{ContentHash, Format, RowId};
use super::record::{Known, PictureRecord, Stage, Swatches};
use super::write::SWATCH_BYTES;
use super::{paths, row_id};

pub(super) fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    Ok(Known {
        row: row_id(row.get(1)?)?,
        size_bytes: row.get::<_, i64>(2)? as u64,
        modified_ns: row.get(3)?,
        stage: Stage::from_number(row.get(4)?, row.get(5)?),
        content: content(row, 6)?,
        sidecar_modified_ns: row.get(7)?,
        is_missing: row.get(8)?,
    })
}

pub(super) fn path(row: &Row<'_>, column: usize) -> rusqlite::Result<PathBuf> {
    Ok(paths::from_bytes(row.get_ref(column)?.as_blob()?))
}

pub(super) fn content(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<ContentHash>> {
    let bytes = row.get_ref(column)?.as_blob_or_null()?;
    Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map(ContentHash))
}

pub(super) fn hashes(bytes: Option<&[u8]>) -> Option<[u64; 8]> {
    let mut hashes = [0; 8];
    let (chunks, rest) = bytes?.as_chunks::<8>();
    if chunks.len() != hashes.len() || !rest.is_empty() {
        return None;
    }
    for (hash, bytes) in hashes.iter_mut().zip(chunks) {
        *hash = u64::from_le_bytes(*bytes);
    }
    Some(hashes)
}

pub(super) fn swatches(bytes: &[u8]) -> Swatches {
    let (chunks, _) = bytes.as_chunks::<SWATCH_BYTES>();
    chunks.iter().map(|[r, g, b, share @ ..]| ([*r, *g, *b], f32::from_le_bytes(*share))).collect()
}

pub(super) fn members(lines: &str) -> Vec<String> {
    lines.split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Everything about a picture. What its other tables have lost is as if it were unknown.
pub(super) fn details(connection: &Connection, row: RowId) -> rusqlite::Result<Option<PictureRecord>> {
    let Some(mut record) = picture(connection, row)? else { return Ok(None) };
    add_texts(connection, row, &mut record)?;
    add_looks(connection, row, &mut record)?;
    add_fields(connection, row, &mut record)?;
    Ok(Some(record))
}

pub(super) fn picture(connection: &Connection, row: RowId) -> rusqlite::Result<Option<PictureRecord>> {
    let sql = "SELECT path, size, modified, stage, reason, width, height, taken, rating, content, sidecar, has_sidecar,
        format, has_alpha, frames, taken_offset, iso, f_number, exposure, focal, focal_35, latitude, longitude, altitude
        FROM pictures WHERE id = ?1";
    connection
        .query_row(sql, [row.0], |row| {
            let format: Option<String> = row.get(12)?;
            Ok(PictureRecord {
                relative: path(row, 0)?,
                size_bytes: row.get::<_, i64>(1)? as u64,
                modified_ns: row.get(2)?,
                stage: Stage::from_number(row.get(3)?, row.get(4)?),
                damage: if row.get::<_, i64>(3)? == Stage::FAILED { None } else { row.get(4)? },
                width: row.get(5)?,
                height: row.get(6)?,
                taken_wall_secs: row.get(7)?,
                rating: row.get(8)?,
                content: content(row, 9)?,
                sidecar_modified_ns: row.get(10)?,
                has_sidecar: row.get(11)?,
                format: format.and_then(|name| format_of(&name)),
                has_alpha: row.get(13)?,
                frames: row.get(14)?,
                taken_offset_minutes: row.get(15)?,
                iso: row.get(16)?,
                f_number: row.get(17)?,
                exposure_secs: row.get(18)?,
                focal_mm: row.get(19)?,
                focal_35mm: row.get(20)?,
                latitude_deg: row.get(21)?,
                longitude_deg: row.get(22)?,
                altitude_m: row.get(23)?,
                ..PictureRecord::default()
            })
        })
        .optional()
}

pub(super) fn add_texts(
    connection: &Connection,
    row: RowId,
    record: &mut PictureRecord,
) -> rusqlite::Result<Option<()>> {
    let sql = "SELECT camera, lens, creator, tags, people, city, state, country, location, color_label, title, caption
        FROM texts WHERE id = ?1";
    connection
        .query_row(sql, [row.0], |row| {
            record.camera = row.get(0)?;
            record.lens = row.get(1)?;
            record.creator = row.get(2)?;
            record.tags = members(&row.get::<_, String>(3)?);
            record.people = members(&row.get::<_, String>(4)?);
            record.city = row.get(5)?;
            record.state = row.get(6)?;
            record.country = row.get(7)?;
            record.location = row.get(8)?;
            record.color_label = row.get(9)?;
            record.title = row.get(10)?;
            record.caption = row.get(11)?;
            Ok(())
        })
        .optional()
}

pub(super) fn add_looks(
    connection: &Connection,
    row: RowId,
    record: &mut PictureRecord,
) -> rusqlite::Result<Option<()>> {
    let sql = "SELECT hashes, swatches, sharpness, brightness, contrast, saturation, monochrome FROM looks WHERE id = ?1";
    connection
        .query_row(sql, [row.0], |row| {
            record.hashes = hashes(row.get_ref(0)?.as_blob_or_null()?);
            record.swatches = swatches(row.get_ref(1)?.as_blob()?);
            record.sharpness = row.get(2)?;
            record.brightness = row.get(3)?;
            record.contrast = row.get(4)?;
            record.saturation = row.get(5)?;
            record.is_monochrome = row.get(6)?;
            Ok(())
        })
        .optional()
}

pub(super) fn add_fields(
    connection: &Connection,
    row: RowId,
    record: &mut PictureRecord,
) -> rusqlite::Result<Option<()>> {
    connection
        .query_row("SELECT search_text, fields FROM details WHERE id = ?1", [row.0], |row| {
            record.search_text = row.get(0)?;
            record.fields_json = unpacked(row.get_ref(1)?.as_blob()?)?;
            Ok(())
        })
        .optional()
}

/// Longer metadata than this are not written, so that a damaged length cannot ask for all memory.
const MOST_FIELD_BYTES: usize = 64 << 20;

pub(super) fn packed(fields: &str) -> rusqlite::Result<Vec<u8>> {
    let fields = if fields.len() > MOST_FIELD_BYTES { "" } else { fields };
    // Level 1: names of fields repeat, and more effort gains little.
    zstd::bulk::compress(fields.as_bytes(), 1)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn unpacked(bytes: &[u8]) -> rusqlite::Result<String> {
    let damage = |error: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Blob, error)
    };
    let told = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().unwrap_or(0);
    let length = usize::try_from(told).unwrap_or(MOST_FIELD_BYTES).min(MOST_FIELD_BYTES);
    let fields = zstd::bulk::decompress(bytes, length).map_err(|error| damage(error.into()))?;
    String::from_utf8(fields).map_err(|error| damage(error.into()))
}

/// The format that has this name.
pub(super) fn format_of(name: &str) -> Option<Format> {
    use super::super::format::RawFamily::{Arw, Cr2, Cr3, Dng, Nef, Orf, Other, Pef, Raf, Rw2};
    let raw = [Dng, Cr2, Cr3, Nef, Arw, Orf, Rw2, Raf, Pef, Other].map(Format::Raw);
    let others = [
        Format::Jpeg,
        Format::Png,
        Format::WebP,
        Format::Tiff,
        Format::Gif,
        Format::Bmp,
        Format::Qoi,
        Format::Tga,
        Format::Hdr,
        Format::Exr,
        Format::Heic,
        Format::Avif,
        Format::JpegXl,
    ];
    others.into_iter().chain(raw).find(|format| format.name() == name)
}
