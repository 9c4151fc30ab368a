//! From lexemes to the tree: precedence, and the refusal of what can be read two ways.

use std::ops::Range;

use super::{
    Aliases,
    ast::{Kind, Node, Reach, Test},
    field::{Field, Fields},
    lexer::{self, Lexeme, LexemeKind, Script},
    suggest::nearest,
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    text::character::is_apostrophe,
};

/// Most parentheses inside one another.
const MOST_NESTED: usize = 64;
/// Most parentheses and aliases inside one another, over all aliases.
const MOST_DEEP: usize = 128;

/// Most terms, aliases spelled out.
const MOST_TERMS: usize = 50_000;

/// What to do about a parenthesis too many.
pub(super) const UNOPENED: &str = "take it out, or add ( before its group";

/// The problem is recorded and nothing after it can be understood.
#[derive(Debug)]
pub(super) struct Stop;

type Parsed<T = Node> = Result<T, Stop>;

/// What a query and the aliases in it share.
#[derive(Debug)]
pub(super) struct Session<'q> {
    pub(super) aliases: &'q Aliases,
    /// Aliases being spelled out.
    open: Vec<String>,
    depth: usize,
    terms: usize,
}

/// A tree with the problems that do not hide others.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) node: Option<Node>,
    pub(super) found: Vec<Diagnostic>,
}

/// Parses one text, a query or an alias.
pub(super) fn parse(text: &str, aliases: &Aliases) -> Outcome {
    let mut session = Session { aliases, open: Vec::new(), depth: 0, terms: 0 };
    parse_in(text, None, &mut session)
}

fn parse_in(text: &str, field: Option<Field>, session: &mut Session<'_>) -> Outcome {
    let script = Script::new(text);
    let lexemes = match lexer::read(&script) {
        Ok(lexemes) => lexemes,
        Err(found) => return Outcome { node: None, found },
    };
    let mut parser =
        Parser { script: &script, lexemes: &lexemes, at: 0, nested: 0, found: Vec::new(), session };
    let node = parser.whole(field).ok();
    Outcome { node, found: parser.found }
}

pub(super) struct Parser<'p, 's> {
    script: &'p Script,
    lexemes: &'p [Lexeme],
    at: usize,
    nested: usize,
    found: Vec<Diagnostic>,
    pub(super) session: &'p mut Session<'s>,
}

/// One branch of an OR.
struct Branch {
    node: Node,
    negates: bool,
    factors: usize,
    span: Range<usize>,
}

impl Parser<'_, '_> {
    fn whole(&mut self, field: Option<Field>) -> Parsed {
        let node = self.or(field)?;
        let Some(next) = self.peek() else { return Ok(node) };
        Err(match next.kind {
            LexemeKind::Close => {
                let span = next.span.clone();
                self.stop("E102", span, "this closing parenthesis has no opening one", UNOPENED)
            }
            LexemeKind::Comma => self.comma(
                next.span.clone(),
                "join the terms with OR or AND; commas are for 2 OF (a, b, c)",
            ),
            _ => self.no_operator(),
        })
    }

    pub(super) fn or(&mut self, field: Option<Field>) -> Parsed {
        let mut branches = vec![self.and(field)?];
        while self.next_is(|kind| *kind == LexemeKind::Or) {
            self.at += 1;
            branches.push(self.and(field)?);
        }
        if branches.len() == 1 {
            return branches.pop().map(|branch| branch.node).ok_or(Stop);
        }
        let span = branches[0].span.start..branches[branches.len() - 1].span.end;
        if branches.iter().any(|branch| branch.negates) {
            self.error(
                "E107",
                span.clone(),
                "NOT and OR at the same level can be read two ways",
                "write (a NOT b) OR c, or a NOT (b OR c)",
            );
        }
        if branches.iter().any(|branch| branch.factors > 1) {
            self.warn(
                "W201",
                span.clone(),
                "AND and OR at the same level: AND is read first",
                "write parentheses: a OR (b AND c), or (a OR b) AND c",
            );
        }
        let nodes = branches.into_iter().map(|branch| branch.node).collect();
        Ok(self.node(span, Kind::Or(nodes)))
    }

    fn and(&mut self, field: Option<Field>) -> Parsed<Branch> {
        let start = self.here();
        let mut factors = Vec::new();
        let mut negates = false;
        loop {
            if self.is_negation() {
                negates = true;
                factors.push(self.not(field)?);
            } else {
                factors.push(self.near(field)?);
            }
            if self.next_is(|kind| *kind == LexemeKind::And) {
                self.at += 1;
            } else if !self.is_negation() {
                break;
            }
        }
        let span = start..self.end_of_last();
        let count = factors.len();
        let node = match factors.pop() {
            Some(only) if factors.is_empty() => only,
            last => {
                factors.extend(last);
                self.node(span.clone(), Kind::And(factors.into()))
            }
        };
        Ok(Branch { node, negates, factors: count, span })
    }

    fn not(&mut self, field: Option<Field>) -> Parsed {
        let start = self.here();
        self.at += 1;
        if self.is_negation() {
            let span = self.lexemes[self.at].span.clone();
            return Err(self.stop("E108", span, "NOT twice in a row", "leave one out"));
        }
        let operand = self.near(field)?;
        Ok(self.node(start..self.end_of_last(), Kind::Not(Box::new(operand))))
    }

    fn is_negation(&self) -> bool {
        self.next_is(|kind| matches!(kind, LexemeKind::Not | LexemeKind::Minus))
    }

    /// Proximity binds tighter than anything else and is read from the left.
    fn near(&mut self, field: Option<Field>) -> Parsed {
        let start = self.here();
        let mut left = self.primary(field)?;
        let fields = field.map_or(Fields::DEFAULT, Fields::of);
        loop {
            let negated = self.next_is(|kind| *kind == LexemeKind::Not)
                && self.lexemes.get(self.at + 1).is_some_and(|l| is_proximity(&l.kind));
            let operator = self.at + usize::from(negated);
            let Some(lexeme) = self.lexemes.get(operator).filter(|l| is_proximity(&l.kind)) else {
                return Ok(left);
            };
            self.at = operator + 1;
            let reach = self.reach(lexeme)?;
            let right_start = self.here();
            let right = self.primary(field)?;
            self.operand(&left, start..lexeme.span.start);
            self.operand(&right, right_start..self.end_of_last());
            let kind = if negated {
                let (first, second) = (Box::new(left), Box::new(right));
                Kind::Apart { first, reach, second, fields }
            } else {
                chain(left, reach, right, fields)
            };
            left = self.node(start..self.end_of_last(), kind);
        }
    }

    fn reach(&mut self, lexeme: &Lexeme) -> Parsed<Reach> {
        match &lexeme.kind {
            LexemeKind::Near(reach) => Ok(*reach),
            LexemeKind::Far { message, help } => {
                self.error("E111", lexeme.span.clone(), message.clone(), help);
                Ok(Reach::Paragraph)
            }
            _ => Err(Stop),
        }
    }

    /// Refuses operands that are no words.
    fn operand(&mut self, node: &Node, span: Range<usize>) {
        match wordless(node) {
            None => {}
            Some("field") => self.error(
                "E113",
                span,
                "a field cannot start inside a proximity",
                "put the field outside: title:(a NEAR/5 b)",
            ),
            Some(what) => self.error(
                "E112",
                span,
                format!("{what} cannot stand inside a proximity"),
                "use words, phrases, wildcards, or (a OR b)",
            ),
        }
    }

    pub(super) fn group(&mut self, field: Option<Field>) -> Parsed {
        let open = self.take()?;
        self.enter(&open.span)?;
        if let Some(close) = self.peek().filter(|next| next.kind == LexemeKind::Close) {
            let span = open.span.start..close.span.end;
            let help = "put a term between them, or leave them out";
            return Err(self.stop("E102", span, "these parentheses are empty", help));
        }
        let node = self.or(field)?;
        let Some(next) = self.peek() else { return Err(self.never_closed(&open.span)) };
        match next.kind {
            LexemeKind::Close => {}
            LexemeKind::Comma => {
                let span = next.span.clone();
                return Err(self.comma(span, "join the terms with OR or AND"));
            }
            _ => return Err(self.no_operator()),
        }
        self.at += 1;
        self.nested -= 1;
        self.session.depth -= 1;
        Ok(node)
    }

    /// Reads `(a, b, c)`.
    pub(super) fn list(&mut self, field: Option<Field>) -> Parsed<(Vec<Node>, Range<usize>)> {
        let open = self.take()?;
        self.enter(&open.span)?;
        let mut members = Vec::new();
        loop {
            members.push(self.or(field)?);
            let Some(next) = self.peek() else { return Err(self.never_closed(&open.span)) };
            match next.kind {
                LexemeKind::Comma => self.at += 1,
                LexemeKind::Close => break,
                _ => return Err(self.no_operator()),
            }
        }
        self.at += 1;
        self.nested -= 1;
        self.session.depth -= 1;
        Ok((members, open.span.start..self.end_of_last()))
    }

    fn enter(&mut self, open: &Range<usize>) -> Parsed<()> {
        self.nested += 1;
        self.session.depth += 1;
        if self.nested > MOST_NESTED || self.session.depth > MOST_DEEP {
            let message = format!("more than {MOST_NESTED} nested parentheses");
            return Err(self.stop("E130", open.clone(), message, "move a part into an [alias]"));
        }
        Ok(())
    }

    /// Spells out an alias: a query of its own, in parentheses of its own.
    pub(super) fn alias(
        &mut self,
        name: &str,
        span: &Range<usize>,
        field: Option<Field>,
    ) -> Parsed {
        if self.session.open.iter().any(|open| open == name) {
            let path = format!("{} -> {name}", self.session.open.join(" -> "));
            let message = format!("alias cycle: {path}");
            return Err(self.stop("E141", span.clone(), message, "leave one of these uses out"));
        }
        let aliases = self.session.aliases;
        let Some(text) = aliases.get(name) else {
            let guess = nearest(name, aliases.keys().map(String::as_str))
                .map_or_else(String::new, |guess| format!("did you mean ${guess}? "));
            let help = format!("{guess}aliases are defined under [alias]");
            self.error("E140", span.clone(), format!("unknown alias ${name}"), &help);
            return Ok(self.node(span.clone(), Kind::All));
        };
        if self.session.depth >= MOST_DEEP {
            let message = format!("more than {MOST_DEEP} aliases and parentheses in one another");
            return Err(self.stop("E130", span.clone(), message, "use fewer inside one another"));
        }
        self.session.depth += 1;
        self.session.open.push(name.to_owned());
        let outcome = parse_in(text, field, self.session);
        self.session.open.pop();
        self.session.depth -= 1;
        self.alias_problems(name, span, outcome.found);
        let mut node = outcome.node.ok_or(Stop)?;
        node.stand_at(&self.script.bytes(span), text);
        Ok(node)
    }

    /// Errors of an alias are told at its use; its warnings belong to its definition.
    fn alias_problems(&mut self, name: &str, span: &Range<usize>, found: Vec<Diagnostic>) {
        for problem in found.into_iter().filter(|problem| problem.severity == Severity::Error) {
            let code = problem.code.unwrap_or("E140");
            let message = match code {
                "E141" => problem.message,
                "E114" => format!("alias ${name} sets a field, and stands inside a field"),
                _ => format!("{} (in alias ${name})", problem.message),
            };
            self.error(code, span.clone(), message, problem.help.as_deref().unwrap_or_default());
        }
    }

    /// Counts a term; the bound holds over all aliases.
    pub(super) fn count_term(&mut self, span: &Range<usize>) -> Parsed<()> {
        self.session.terms += 1;
        if self.session.terms > MOST_TERMS {
            let message = format!("more than {MOST_TERMS} terms, aliases spelled out");
            return Err(self.stop("E131", span.clone(), message, "make several rules of it"));
        }
        Ok(())
    }

    fn no_operator(&mut self) -> Stop {
        let (Some(before), Some(next)) =
            (self.at.checked_sub(1).map(|at| &self.lexemes[at]), self.peek())
        else {
            return Stop;
        };
        let span = before.span.start..next.span.end;
        let help = match (&before.kind, &next.kind) {
            (LexemeKind::Word(word), _) if word.starts_with(is_apostrophe) => {
                "single quotes do not make a phrase: use double quotes".to_owned()
            }
            (LexemeKind::Word(_), LexemeKind::Word(_)) => format!(
                "write \"{} {}\" for the exact phrase, or put AND or OR between them",
                self.script.text(before.span.clone()),
                self.script.text(next.span.clone())
            ),
            _ => "put AND, OR or NOT between them".to_owned(),
        };
        self.stop("E104", span, "no operator between two terms", &help)
    }

    fn never_closed(&mut self, open: &Range<usize>) -> Stop {
        self.stop("E102", open.clone(), "this parenthesis is never closed", "add )")
    }

    pub(super) fn comma(&mut self, span: Range<usize>, help: &str) -> Stop {
        self.stop("E104", span, "a comma has no meaning here", help)
    }

    pub(super) fn peek(&self) -> Option<&Lexeme> {
        self.lexemes.get(self.at)
    }

    pub(super) fn last(&self) -> Option<&Lexeme> {
        self.at.checked_sub(1).and_then(|at| self.lexemes.get(at))
    }

    pub(super) fn take(&mut self) -> Parsed<Lexeme> {
        let lexeme = self.peek().cloned().ok_or(Stop)?;
        self.at += 1;
        Ok(lexeme)
    }

    pub(super) fn written(&self, span: &Range<usize>) -> String {
        self.script.text(span.clone())
    }

    fn next_is(&self, class: impl Fn(&LexemeKind) -> bool) -> bool {
        self.peek().is_some_and(|next| class(&next.kind))
    }

    fn here(&self) -> usize {
        self.peek().map_or(self.script.chars.len(), |next| next.span.start)
    }

    pub(super) fn end_of_last(&self) -> usize {
        self.last().map_or(0, |last| last.span.end)
    }

    pub(super) fn node(&self, span: Range<usize>, kind: Kind) -> Node {
        Node { span: self.script.bytes(&span), written: None, kind }
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        help: &str,
    ) {
        let span = self.script.bytes(&span);
        self.found.push(Diagnostic::error(Some(code), span, message).with_help(help));
    }

    pub(super) fn stop(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        help: &str,
    ) -> Stop {
        self.error(code, span, message, help);
        Stop
    }

    pub(super) fn warn(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        help: &str,
    ) {
        let span = self.script.bytes(&span);
        self.found.push(Diagnostic::warning(Some(code), span, message).with_help(help));
    }
}

fn is_proximity(kind: &LexemeKind) -> bool {
    matches!(kind, LexemeKind::Near(_) | LexemeKind::Far { .. })
}

/// A chain of proximities is one node, so that no chain is deep.
fn chain(left: Node, reach: Reach, right: Node, fields: Fields) -> Kind {
    match left.kind {
        Kind::Near { first, mut rest, fields } => {
            rest.push((reach, right));
            Kind::Near { first, rest, fields }
        }
        _ => Kind::Near { first: Box::new(left), rest: vec![(reach, right)], fields },
    }
}

/// What stands in a node that has no place in the text.
pub(super) fn wordless(node: &Node) -> Option<&'static str> {
    match &node.kind {
        Kind::Phrase { .. } | Kind::Window { .. } | Kind::Near { .. } => None,
        Kind::Or(nodes) => nodes.iter().find_map(wordless),
        Kind::Test(test) if matches!(**test, Test::Pattern { .. }) => Some("a regular expression"),
        Kind::Scoped(_) | Kind::Test(_) => Some("field"),
        Kind::Apart { .. } => Some("NOT NEAR"),
        Kind::And(_) => Some("AND"),
        Kind::Not(_) => Some("NOT"),
        Kind::All => Some("*"),
        Kind::AtLeast { .. } => Some("ATLEAST"),
        Kind::Several { .. } => Some("OF"),
        Kind::Score { .. } => Some("SCORE"),
        Kind::Weighted { .. } => Some("weight"),
    }
}
