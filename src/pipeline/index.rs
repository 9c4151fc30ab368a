//! Makes articles findable by their words, after they were written down.

use std::collections::HashSet;

use super::Context;
use crate::{
    store::{ArticleRow, StoreError},
    text::token::Tokens,
};

/// Articles that one transaction takes, so that polls do not wait long for the writer.
const SLICE: usize = 200;

/// Indexes a slice of the articles that the index does not know, the newest first. Returns how
/// many those were.
pub async fn slice(context: &Context) -> Result<usize, StoreError> {
    let rows = context.store.read(|tx| tx.unsearchable(SLICE)).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let read =
        context.compute(move || rows.into_iter().map(|row| (words(&row), row)).collect::<Vec<_>>());
    let read = read.await.map_err(|_| StoreError::Panicked)?;
    let count = read.len();
    let write = context.store.write(move |tx| {
        for (words, row) in &read {
            tx.put_words(row, words.iter().map(String::as_str))?;
        }
        Ok(())
    });
    write.await?;
    Ok(count)
}

/// Every form of every word of the text fields, each once, in no order.
fn words(row: &ArticleRow) -> HashSet<String> {
    let article = &row.article;
    let texts = [article.title.as_str(), &article.text]
        .into_iter()
        .chain(article.summary.as_deref())
        .chain(article.authors.iter().map(String::as_str));
    let mut words = HashSet::new();
    for text in texts {
        let tokens = Tokens::of(text);
        for (_, form) in tokens.iter().flat_map(|token| tokens.forms(token)) {
            if !words.contains(form) {
                words.insert(form.to_owned());
            }
        }
    }
    words
}
