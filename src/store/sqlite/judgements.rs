//! Why articles were placed where they are, as it was judged when they came.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ReadTx, WriteTx, rows::to_ms};
use crate::{
    model::{ArticleId, StoryId},
    store::StoreError,
    story::{Account, Factor, Ground, Share, Tally, Verdict},
};

/// A judgement as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgementRow {
    /// The article that came.
    pub article: ArticleId,
    /// Whether it joined its story by this one.
    pub joined: bool,
    /// Why; rounded to three digits.
    pub account: Account,
}

impl WriteTx<'_> {
    /// Remembers how an article was judged; `joined` when the first account is of the one that it
    /// joined by.
    pub fn put_judgements(
        &self,
        article: ArticleId,
        accounts: &[Account],
        joined: bool,
    ) -> Result<(), StoreError> {
        let mut put = self.db.prepare_cached(
            "INSERT INTO judgement (article, other, joined, margin, account) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (at, account) in accounts.iter().enumerate() {
            let joined = joined && at == 0;
            put.execute((
                article.0,
                account.other.0,
                joined,
                account.margin(joined),
                account_to(account).to_string(),
            ))?;
        }
        Ok(())
    }
}

impl ReadTx<'_> {
    /// How an article was judged when it came: what it joined by, then the least certain first.
    pub fn judgements_of(&self, article: ArticleId) -> Result<Vec<JudgementRow>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT article, joined, other, account FROM judgement WHERE article = ?1
             ORDER BY joined DESC, margin, other",
        )?;
        judgements(rows.query([article.0])?)
    }

    /// The least certain judgements of articles first seen since `since`, with margins below
    /// `clear`, that nobody has ruled on: what was joined is in one story, what was not in two that
    /// were not taken apart.
    pub fn uncertain(
        &self,
        since: Timestamp,
        clear: f64,
        most: usize,
    ) -> Result<Vec<JudgementRow>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT article, joined, judgement.other, account FROM judgement
             JOIN article ON article.id = judgement.article JOIN article AS known ON known.id = judgement.other
             WHERE article.seen_at >= ?1 AND margin < ?2 AND joined = (article.story = known.story)
                 AND NOT EXISTS (SELECT 1 FROM story_apart AS apart
                                 WHERE apart.story = article.story AND apart.other = known.story)
             ORDER BY margin, article, known.id LIMIT ?3",
        )?;
        judgements(rows.query((to_ms(since), clear, most))?)
    }
}

fn judgements(mut rows: rusqlite::Rows<'_>) -> Result<Vec<JudgementRow>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let account = account_from(ArticleId(row.get(2)?), &row.get::<_, String>(3)?)?;
        found.push(JudgementRow { article: ArticleId(row.get(0)?), joined: row.get(1)?, account });
    }
    Ok(found)
}

fn account_to(account: &Account) -> Value {
    let tally = account.tally.as_ref().map(|tally| {
        let factors = tally.factors.iter().map(|(factor, weight, value)| {
            json!([factor.as_str(), rounded(*weight), rounded(*value)])
        });
        let (what, kept, least) = tally.least;
        json!({
            "factors": factors.collect::<Vec<_>>(),
            "needed": rounded(tally.needed),
            "least": [what.as_str(), rounded(kept), rounded(least)],
        })
    });
    json!({
        "story": account.story.0,
        "verdict": account.verdict.as_str(),
        "ground": account.ground.as_str(),
        "containment": rounded(account.containment),
        "discounted": rounded(account.discounted),
        "needed": rounded(account.needed),
        "unquoted": rounded(account.unquoted),
        "lead": rounded(account.lead),
        "title": rounded(account.title),
        "words": [rounded(account.words.shared), rounded(account.words.whole)],
        "figures": [rounded(account.figures.shared), rounded(account.figures.whole)],
        "against": account.against.iter().map(|ground| ground.as_str()).collect::<Vec<_>>(),
        "tally": tally,
    })
}

/// A sample of shingles is no more precise.
fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

fn account_from(other: ArticleId, text: &str) -> Result<Account, StoreError> {
    let read = || -> Option<Account> {
        let value: Value = serde_json::from_str(text).ok()?;
        let number = |key: &str| value[key].as_f64();
        let share = |key: &str| {
            let (shared, whole) = (value[key][0].as_f64()?, value[key][1].as_f64()?);
            Some(Share { shared, whole })
        };
        let against = value["against"].as_array()?.iter().map(ground_from);
        let tally = match &value["tally"] {
            Value::Null => None,
            tally => Some(tally_from(tally)?),
        };
        Some(Account {
            other,
            story: StoryId(value["story"].as_i64()?),
            verdict: verdict_from(&value["verdict"])?,
            ground: ground_from(&value["ground"])?,
            containment: number("containment")?,
            discounted: number("discounted")?,
            needed: number("needed")?,
            unquoted: number("unquoted")?,
            lead: number("lead")?,
            title: number("title")?,
            words: share("words")?,
            figures: share("figures")?,
            against: against.collect::<Option<_>>()?,
            tally,
        })
    };
    read().ok_or_else(|| StoreError::Content("the account of a judgement".to_owned()))
}

fn tally_from(value: &Value) -> Option<Tally> {
    let factors: Vec<_> =
        value["factors"].as_array()?.iter().map(factor_from).collect::<Option<_>>()?;
    Some(Tally {
        factors: factors.try_into().ok()?,
        needed: value["needed"].as_f64()?,
        least: factor_from(&value["least"])?,
    })
}

fn factor_from(value: &Value) -> Option<(Factor, f64, f64)> {
    let name = value[0].as_str()?;
    let factor = Factor::ALL.into_iter().find(|factor| factor.as_str() == name)?;
    Some((factor, value[1].as_f64()?, value[2].as_f64()?))
}

fn verdict_from(value: &Value) -> Option<Verdict> {
    Verdict::ALL.into_iter().find(|verdict| Some(verdict.as_str()) == value.as_str())
}

fn ground_from(value: &Value) -> Option<Ground> {
    Ground::ALL.into_iter().find(|ground| Some(ground.as_str()) == value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_as_it_was_written() {
        let tally = Tally {
            factors: Factor::ALL.map(|factor| (factor, -1.5, 0.25))[1..].try_into().unwrap(),
            needed: 6.0,
            least: (Factor::Figures, 3.25, 4.0),
        };
        for tally in [None, Some(tally)] {
            for (ground, verdict) in Ground::ALL.into_iter().zip(Verdict::ALL.into_iter().cycle()) {
                let account = Account {
                    other: ArticleId(7),
                    story: StoryId(3),
                    verdict,
                    ground,
                    containment: 0.125,
                    discounted: 0.25,
                    needed: 0.5,
                    unquoted: 0.375,
                    lead: 1.0,
                    title: 0.0,
                    words: Share { shared: 10.5, whole: 40.0 },
                    figures: Share { shared: 0.0, whole: 2.0 },
                    against: vec![Ground::Quotes, Ground::Thin],
                    tally,
                };
                let text = account_to(&account).to_string();
                assert!(text.len() < 700, "{text}");
                assert_eq!(account_from(ArticleId(7), &text).unwrap(), account);
            }
        }
        assert!(matches!(account_from(ArticleId(7), "{}"), Err(StoreError::Content(_))));
    }
}
