//! Tokens to tables: the grammar of CIF 1.1.
//!
//! Tags, values and tables are appended to the lists of the document as they come; a broken block or a save frame is
//! dropped by cutting the lists back to where it began.

use super::{
    document::{BlockData, Document, Salvage, Table, slice},
    tokenizer::{Kind, Span, Tokenizer},
};
use crate::crystal::{error::ParseError, io::text::quote};

/// Errors kept of a file with many broken blocks.
const MAX_ERRORS: usize = 20;

/// What the next value would belong to.
enum Open {
    Nothing,
    /// A tag that waits for its value.
    Pair,
    /// Tags of a loop.
    LoopTags {
        loop_start: usize,
    },
    /// Values of a loop.
    LoopValues,
}

/// Lengths of the lists at a point to which they can be cut back.
#[derive(Clone, Copy)]
struct Mark {
    tables: usize,
    tags: usize,
    values: usize,
}

pub(super) struct Builder<'a> {
    tokenizer: Tokenizer<'a>,
    document: Document<'a>,
    open: Open,
    /// Where the table being read begins.
    table: Mark,
    /// Where the block being read begins.
    block: Mark,
    /// Where the save frame being read begins; its content is dropped.
    frame: Option<Mark>,
    /// Harmless errors, when they are to be passed over.
    repairs: Option<Vec<ParseError>>,
}

impl<'a> Builder<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Document<'a>, ParseError> {
        let mut builder = Builder::new(text)?;
        builder.run()?;
        Ok(builder.document)
    }

    pub(super) fn salvage(text: &'a str) -> Result<Salvage<'a>, ParseError> {
        let mut builder = Builder::new(text)?;
        builder.repairs = Some(Vec::new());
        let mut errors = Vec::new();
        while let Err(error) = builder.run() {
            if errors.len() < MAX_ERRORS {
                errors.push(error);
            }
            if !builder.skip_broken_block() {
                break;
            }
        }
        Ok(Salvage { document: builder.document, errors, repairs: builder.repairs.unwrap_or_default() })
    }

    fn new(text: &'a str) -> Result<Self, ParseError> {
        if u32::try_from(text.len()).is_err() {
            return Err(ParseError::new(1, "the file is larger than 4 GiB"));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let start = Mark { tables: 0, tags: 0, values: 0 };
        let document = Document::empty(text);
        Ok(Self {
            tokenizer: Tokenizer::new(text),
            document,
            open: Open::Nothing,
            table: start,
            block: start,
            frame: None,
            repairs: None,
        })
    }

    fn run(&mut self) -> Result<(), ParseError> {
        loop {
            let (kind, span) = self.tokenizer.next()?;
            if kind == Kind::Value {
                self.value(span)?;
                continue;
            }
            if kind == Kind::Tag {
                self.tag(span)?;
                continue;
            }
            if let Err(error) = self.close_table() {
                // The block that begins here is not the broken one.
                self.tokenizer.rewind(span);
                return Err(error);
            }
            match kind {
                Kind::Data => self.start_block(span),
                Kind::Loop => {
                    self.check_block(span)?;
                    self.table = self.mark();
                    self.open = Open::LoopTags { loop_start: span.start as usize };
                }
                Kind::FrameStart => self.frame = Some(self.mark()),
                Kind::FrameEnd => self.drop_frame(),
                Kind::Reserved | Kind::Tag | Kind::Value => {}
                Kind::End => {
                    self.drop_frame();
                    self.close_block();
                    return Ok(());
                }
            }
        }
    }

    #[inline]
    fn value(&mut self, span: Span) -> Result<(), ParseError> {
        match self.open {
            Open::LoopValues => self.document.values.push(span),
            Open::Pair => {
                self.document.values.push(span);
                self.push_table(1);
                self.open = Open::Nothing;
            }
            Open::LoopTags { loop_start } => {
                if self.document.tags.len() == self.table.tags {
                    return Err(self.tokenizer.error(loop_start, "this loop_ has values but no tags"));
                }
                self.document.values.push(span);
                self.open = Open::LoopValues;
            }
            Open::Nothing => {
                let word = quote(slice(self.document.text, span));
                return Err(self
                    .tokenizer
                    .error(span.start as usize, format!("`{word}` stands here without a tag")));
            }
        }
        Ok(())
    }

    fn tag(&mut self, span: Span) -> Result<(), ParseError> {
        if !matches!(self.open, Open::LoopTags { .. }) {
            self.close_table()?;
            self.check_block(span)?;
            self.table = self.mark();
            self.open = Open::Pair;
        }
        self.document.tags.push(span);
        Ok(())
    }

    fn check_block(&mut self, span: Span) -> Result<(), ParseError> {
        if self.document.blocks.is_empty() {
            let word = quote(slice(self.document.text, span));
            let message = format!("`{word}` stands before the first data block (a line such as data_name)");
            return Err(self.tokenizer.error(span.start as usize, message));
        }
        Ok(())
    }

    fn close_table(&mut self) -> Result<(), ParseError> {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => Ok(()),
            Open::Pair => {
                let tag = self.document.tags.last().copied();
                let offset = tag.map_or(0, |span| span.start as usize);
                let word = tag.map(|span| quote(slice(self.document.text, span))).unwrap_or_default();
                let error = self.tokenizer.error(offset, format!("`{word}` has no value"));
                let Some(repairs) = &mut self.repairs else { return Err(error) };
                if repairs.len() < MAX_ERRORS {
                    repairs.push(error);
                }
                self.document.tags.truncate(self.table.tags);
                Ok(())
            }
            // Loops without rows occur, and are harmless.
            Open::LoopTags { .. } => {
                self.push_table(0);
                Ok(())
            }
            Open::LoopValues => {
                let width = self.document.tags.len() - self.table.tags;
                let count = self.document.values.len() - self.table.values;
                let last_row = count % width;
                if last_row > 0 {
                    let tag =
                        self.document.tags.get(self.table.tags).map_or("", |t| slice(self.document.text, *t));
                    let message = format!(
                        "the loop of `{}` has {count} values, which do not fill rows of {width}: {} missing in the \
                         last row, or in one before it",
                        quote(tag),
                        match width - last_row {
                            1 => "1 is".to_owned(),
                            missing => format!("{missing} are"),
                        }
                    );
                    let first = self.document.values.get(self.document.values.len() - last_row);
                    let offset = first.map_or(0, |value| value.start as usize);
                    return Err(self.tokenizer.error(offset, message));
                }
                self.push_table(count / width);
                Ok(())
            }
        }
    }

    fn push_table(&mut self, row_count: usize) {
        self.document.tables.push(Table {
            first_tag: self.table.tags as u32,
            tag_count: (self.document.tags.len() - self.table.tags) as u32,
            first_value: self.table.values as u32,
            row_count: row_count as u32,
        });
    }

    fn mark(&self) -> Mark {
        Mark {
            tables: self.document.tables.len(),
            tags: self.document.tags.len(),
            values: self.document.values.len(),
        }
    }

    fn cut_back(&mut self, mark: Mark) {
        self.document.tables.truncate(mark.tables);
        self.document.tags.truncate(mark.tags);
        self.document.values.truncate(mark.values);
    }

    fn drop_frame(&mut self) {
        if let Some(mark) = self.frame.take() {
            self.cut_back(mark);
        }
    }

    fn start_block(&mut self, heading: Span) {
        self.drop_frame();
        self.close_block();
        self.block = self.mark();
        let start = self.document.tables.len() as u32;
        self.document.blocks.push(BlockData { heading, tables: start..start });
    }

    fn close_block(&mut self) {
        let end = self.document.tables.len() as u32;
        if let Some(block) = self.document.blocks.last_mut() {
            block.tables.end = end;
        }
    }

    /// After an error: forgets the block it was in and goes on at the next. False when there is none.
    fn skip_broken_block(&mut self) -> bool {
        self.open = Open::Nothing;
        self.frame = None;
        self.cut_back(self.block);
        self.document.blocks.pop();
        self.tokenizer.skip_to_data_block()
    }
}
