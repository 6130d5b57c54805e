package acquire

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Audit is the share of a batch that a Mix draws uniformly if nobody says otherwise. Figures of images that a strategy
// chose describe those images; the audit describes the collection.
const Audit = 0.15

// Alike is the cosine from which on two images of a batch count as near-duplicates.
const Alike = 0.95

// Part is a strategy and its share of a batch.
type Part struct {
	Strategy
	Share float64 // of the batch, 0 to 1
}

// Mix shares a batch between strategies and draws what is left uniformly, as an audit.
//
// Shares that are all 0 stand for equal ones of 85 %. A share that is no whole number of rows is rounded up or down by lot,
// so that on average it is what it is. A part that has too few rows, or lacks what it needs, leaves its rows to the
// next part, and the last to the audit. Of images that look alike (cosine of the features 0.95 or more) the parts take one
// only, as long as there are others; the audit is drawn first and keeps what it draws. For the parts that come later, what
// was chosen before counts as known.
//
// Scores are those of the parts and cannot be compared between them; the reason says which part chose.
type Mix struct {
	Parts []Part
}

// Card implements Strategy. A class that a part ranks by is checked when it chooses.
func (m Mix) Card() Card {
	c := Card{About: "shares a batch between strategies", Uses: Features}
	var names []string
	for _, part := range m.shares() {
		card := part.Card()
		c.Needs |= card.Needs &^ OneClass
		c.Uses |= card.Uses
		names = append(names, fmt.Sprintf("%s%% %s", strconv.FormatFloat(math.Round(part.Share*1e6)/1e4, 'g', -1, 64), card.Name))
	}
	c.Name = strings.Join(names, " + ")
	return c
}

// shares are the parts with equal shares filled in.
func (m Mix) shares() []Part {
	parts := slices.Clone(m.Parts)
	if slices.ContainsFunc(parts, func(p Part) bool { return p.Share != 0 }) {
		return parts
	}
	for i := range parts {
		parts[i].Share = (1 - Audit) / float64(len(parts))
	}
	return parts
}

// Pick implements Strategy.
func (m Mix) Pick(p *Pool, n int) []Pick {
	parts := m.shares()
	seats := apportion(parts, n, p.Rand.Float64())
	b := &batch{pool: p, n: n, taken: map[int]bool{}}
	audit := n
	for _, s := range seats {
		audit -= s
	}
	b.audit(audit)
	drawn := len(b.picks)
	owed := 0
	for i, part := range parts {
		owed = b.from(part.Strategy, owed+seats[i])
	}
	b.audit(n - len(b.picks))
	return append(b.picks[drawn:], b.picks[:drawn]...) // what was chosen comes before the audit
}

// apportion gives each part whole rows: the i-th ends where the sum of the shares does, all shifted by one lot.
func apportion(parts []Part, n int, lot float64) []int {
	seats, sum, before := make([]int, len(parts)), 0.0, 0
	for i, part := range parts {
		sum += part.Share
		end := max(before, min(n, int(math.Floor(float64(n)*sum+lot+1e-9))))
		if i == len(parts)-1 && sum > 1-1e-9 {
			end = n // nothing is left for an audit
		}
		seats[i], before = end-before, end
	}
	return seats
}

// batch is what a Mix has chosen so far.
type batch struct {
	pool  *Pool
	n     int
	picks []Pick
	taken map[int]bool
	units [][]float64 // of the picks that have vectors, brought to length one
}

// audit draws up to k rows uniformly.
func (b *batch) audit(k int) {
	rows := b.left(nil)
	shuffle(rows, b.pool.Rand)
	for _, row := range rows[:min(max(k, 0), len(rows))] {
		b.take(Pick{Row: row, Score: 0, Reason: "audit: drawn at random", Uniform: true})
	}
}

// left are the candidates that are not taken and not in aside.
func (b *batch) left(aside map[int]bool) []int {
	return slices.DeleteFunc(slices.Clone(b.pool.Rows), func(row int) bool { return b.taken[row] || aside[row] })
}

func (b *batch) take(k Pick) {
	b.picks, b.taken[k.Row] = append(b.picks, k), true
	if u := b.unit(k.Row); u != nil {
		b.units = append(b.units, u)
	}
}

// from has a strategy choose k rows and says how many it left open. Near-duplicates are set aside, and others asked for in
// their place, a few times.
func (b *batch) from(s Strategy, k int) (open int) {
	aside := map[int]bool{}
	var doubles []Pick
	for round := 0; k > 0 && round < 4; round++ {
		pool := *b.pool
		pool.Rows = b.left(aside)
		pool.Known = slices.Concat(pool.Known, b.rows())
		if len(pool.Rows) == 0 {
			break
		}
		ready, err := prepare(s.Card(), &pool, k)
		if err != nil {
			break
		}
		picks := s.Pick(ready, min(k, len(ready.Rows)))
		if len(picks) == 0 {
			break
		}
		for _, pick := range picks {
			pick.Uniform = pick.Uniform && b.pool.Features == nil // those that look alike are no draw any more
			if b.double(pick.Row) {
				aside[pick.Row] = true
				doubles = append(doubles, pick)
				continue
			}
			b.take(pick)
			k--
		}
	}
	for _, pick := range doubles[:min(k, len(doubles))] { // rather those than none
		b.take(pick)
		k--
	}
	return k
}

func (b *batch) rows() []int {
	rows := make([]int, len(b.picks))
	for i, k := range b.picks {
		rows[i] = k.Row
	}
	return rows
}

// unit is the vector of a row brought to length one; nil without.
func (b *batch) unit(row int) []float64 {
	if b.pool.Features == nil {
		return nil
	}
	x := b.pool.Features(row)
	s := squared(x, nil)
	if !(s > 0) {
		return nil
	}
	u := make([]float64, len(x))
	for i, v := range x {
		u[i] = float64(v) / math.Sqrt(s)
	}
	return u
}

// double says whether a row looks like one that was taken.
func (b *batch) double(row int) bool {
	u := b.unit(row)
	return u != nil && slices.ContainsFunc(b.units, func(v []float64) bool {
		cosine := 0.0
		for i, x := range u {
			cosine += x * v[i]
		}
		return cosine >= Alike
	})
}

// partOf is what joins the parts of a mix's name: " + 30% ".
var partOf = regexp.MustCompile(`(?:^| \+ )(\d+(?:\.\d+)?)% `)

// parseMix reads "60% entropy + 25% rare". ok says whether the name is one of a mix at all.
func parseMix(name string) (m Mix, ok bool, err error) {
	at := partOf.FindAllStringSubmatchIndex(name, -1)
	if len(at) == 0 || at[0][0] != 0 {
		return m, false, nil
	}
	sum := 0.0
	for i, a := range at {
		end := len(name)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		share, perr := strconv.ParseFloat(name[a[2]:a[3]], 64)
		s, serr := Lookup(name[a[1]:end])
		err = errors.Join(err, perr, serr)
		m.Parts = append(m.Parts, Part{s, share / 100})
		sum += share
	}
	if err == nil && (sum > 100+1e-9 || sum == 0) {
		err = fmt.Errorf("acquire: the shares of %q sum to %g %%; want more than 0 and up to 100 (what is left is drawn at random, as an audit)", name, sum)
	}
	return m, true, err
}
