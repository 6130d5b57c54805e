package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"path"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/explore/quality"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// doubledRows are groups of rows that show the same.
type doubledRows struct {
	groups     [][]int
	apart      [][]int            // groups of which somebody said that no two images show the same
	copies     int                // rows that are the same file as an earlier one
	noFeatures bool               // features said nothing, as there are none
	best       map[int]doubleLink // by row: what speaks most for it

	distinct func(rows ...int) bool // whether somebody said that no two of them show the same
}

// doubleLink is what makes a row a double of another: how, the strongest first, and by how much, less is more.
type doubleLink struct {
	to  int
	how int
	by  float64
}

// Ways to be a double.
const (
	sameFile    = iota
	nearHash    // by: bits that differ
	nearVector  // by: quality.Nearness
	samePicture // by: -quality.Likeness
	turnedPicture
)

// link notes that two rows are doubles, where nothing stronger is known of them and nobody has said that they are none.
func (d *doubledRows) link(a, b, how int, by float64) {
	if d.distinct(a, b) {
		return
	}
	for _, l := range [][2]int{{a, b}, {b, a}} {
		old, known := d.best[l[0]]
		if !known || cmp.Or(cmp.Compare(how, old.how), cmp.Compare(by, old.by)) < 0 {
			d.best[l[0]] = doubleLink{l[1], how, by}
		}
	}
}

// findDoubles is Doubles, before anything is said of labels.
func (p *Project) findDoubles(ctx context.Context, o DoubleOptions, progress Progress) (d doubledRows, err error) {
	t, err := p.Labels()
	if err != nil {
		return d, err
	}
	d.best, d.distinct, d.apart = map[int]doubleLink{}, t.Distinct, t.DistinctGroups()
	settings := imageset.CheckSettings{Near: o.Bits}
	if _, err := p.CheckImages(ctx, settings, progress); err != nil {
		return d, err
	}
	index := p.Images()
	checks, err := imageset.ReadChecks(p.checksFile(), index)
	if err != nil {
		return d, err
	}
	flags, err := checks.Flags(settings)
	if err != nil {
		return d, err
	}
	var pairs [][2]int
	for _, group := range flags.Groups(imageset.FlagDuplicate) {
		for _, row := range group[1:] {
			pairs = append(pairs, [2]int{group[0], row})
			d.link(group[0], row, sameFile, 0)
		}
	}
	for _, group := range flags.Groups(imageset.FlagNearDuplicate) {
		pairs = append(pairs, d.linkHashes(group, checks, cmp.Or(o.Bits, 4))...)
	}
	d.copies = len(flags.Rows(imageset.FlagDuplicate))
	var candidates []likely
	turned, err := flags.Turned(ctx, progress.step("comparing turned pictures"))
	if err != nil {
		return d, err
	}
	for _, pair := range turned {
		candidates = append(candidates, likely{pair.A, pair.B, pair.Turns})
	}
	err = p.lookOnce(ctx, func(l *looks) error {
		g, same, err := l.graph(ctx, 0, progress.step("finding neighbours"))
		if err != nil {
			return err
		}
		burnt := burntRows(checks, index.Len())
		made, err := l.madeOf(ctx, slices.Sorted(maps.Keys(burnt)), progress.step("looking for what was burnt out"))
		if err != nil {
			return err
		}
		near := quality.NearDoubles(g, same, o.Near)
		near = slices.DeleteFunc(near, func(pair [2]int) bool { // the pictures decide, unless it is a copy
			return (burnt[pair[0]] || burnt[pair[1]]) && int(same[pair[1]]) != pair[0]
		})
		for _, pair := range near {
			by := 0.0 // of copies, of which only the first is in the graph
			if int(same[pair[1]]) != pair[0] {
				by = quality.Nearness(g, pair[0], pair[1])
			}
			d.link(pair[0], pair[1], nearVector, by)
		}
		pairs = append(pairs, near...)
		for _, pair := range slices.Concat(made, quality.MayBeDoubles(g, o.Near), alikeBySigns(g, checks)) {
			candidates = append(candidates, likely{pair[0], pair[1], 0})
		}
		return nil
	})
	if d.noFeatures = errors.Is(err, ErrNoFeatures); err != nil && !d.noFeatures {
		return d, err
	}
	slices.SortFunc(candidates, func(a, b likely) int { return cmp.Or(a.a-b.a, a.b-b.b, a.turns-b.turns) })
	alike, likeness, err := p.showSame(ctx, slices.Compact(candidates), progress.step("comparing pictures"))
	if err != nil {
		return d, err
	}
	for k, pair := range alike {
		d.link(pair.a, pair.b, map[bool]int{true: samePicture, false: turnedPicture}[pair.turns == 0], -likeness[k])
		pairs = append(pairs, [2]int{pair.a, pair.b})
	}
	pairs = slices.DeleteFunc(pairs, func(pair [2]int) bool { return d.distinct(pair[0], pair[1]) })
	d.groups = quality.Groups(index.Len(), pairs)
	return d, nil
}

// signsNear is in how many of 64 signs (imageset.Scores.SignsApart) images may differ that are among the most alike by features and not near
// enough by these: a part of one of many pictures of the same kind.
const signsNear = 24

// alikeBySigns are such pairs, the lower row first.
func alikeBySigns(g *explore.Graph, checks *imageset.Checks) (pairs [][2]int) {
	for row := range g.N {
		own, ok := checks.Scores(row)
		if !ok {
			continue
		}
		near, _ := g.Of(row)
		for _, j := range near {
			if other, ok := checks.Scores(int(j)); ok && own.SignsApart(other) <= signsNear {
				pairs = append(pairs, [2]int{min(row, int(j)), max(row, int(j))})
			}
		}
	}
	return pairs
}

// burntNear is how many of the most alike are looked at for an image that is burnt out: features move far by it.
const burntNear = 50

// burntRows are the images that are burnt out or drowned, see quality.Burnt.
func burntRows(checks *imageset.Checks, n int) map[int]bool {
	rows := map[int]bool{}
	for row := range n {
		if s, ok := checks.Scores(row); ok && quality.Burnt(s.Low, s.High) {
			rows[row] = true
		}
	}
	return rows
}

// madeOf are the pairs of rows that are burnt out and images that they may have been made of.
func (l *looks) madeOf(ctx context.Context, burnt []int, progress func(done, total int)) (pairs [][2]int, err error) {
	var all []int
	for row := range l.index.Len() {
		if l.vectors.Has(row) {
			all = append(all, row)
		}
	}
	for k, row := range burnt {
		if progress != nil {
			progress(k+1, len(burnt))
		}
		if !l.vectors.Has(row) {
			continue
		}
		near, err := l.vectors.Nearest(ctx, []int{row}, all, burntNear)
		if err != nil {
			return nil, fmt.Errorf("patchwork: %w", err)
		}
		for _, m := range near {
			pairs = append(pairs, [2]int{min(row, m.Row), max(row, m.Row)})
		}
	}
	return pairs, nil
}

// linkHashes links each row of a group with the one whose hash differs least, and returns pairs that join the group: of all rows with the
// first or, where some of them are distinct, of those whose hashes themselves differ in at most so many bits.
func (d *doubledRows) linkHashes(group []int, checks *imageset.Checks, most int) (pairs [][2]int) {
	hashes := make([]uint64, len(group))
	for i, row := range group {
		score, _ := checks.Scores(row)
		hashes[i] = score.Perceptual
	}
	parted := false
	for i, row := range group {
		nearest, least := -1, 65
		for k, other := range group {
			n := bits.OnesCount64(hashes[i] ^ hashes[k])
			switch {
			case k == i:
				continue
			case d.distinct(row, other):
				parted = true
				continue
			case n < least:
				nearest, least = k, n
			}
		}
		if nearest >= 0 {
			d.link(row, group[nearest], nearHash, float64(least))
		}
		pairs = append(pairs, [2]int{group[0], row})
	}
	if !parted {
		return pairs[1:]
	}
	pairs = nil
	for i, row := range group {
		for k := range i {
			if bits.OnesCount64(hashes[i]^hashes[k]) <= most {
				pairs = append(pairs, [2]int{group[k], row})
			}
		}
	}
	return pairs
}

// why says what makes a row a double.
func (d *doubledRows) why(ix *imageset.Index, row int) string {
	l := d.best[row]
	other := path.Base(ix.At(l.to).ID)
	switch {
	case l.how == sameFile:
		return "same file as " + other
	case l.how == nearHash && l.by == 0:
		return "same hash as " + other
	case l.how == nearHash:
		return fmt.Sprintf("hash differs in %.0f of 64 bits from %s", l.by, other)
	case l.how == nearVector && l.by == 0:
		return "same features as " + other
	case l.how == nearVector:
		return fmt.Sprintf("features %s× nearer to %s than to the tenth most alike", timesNearer(l.by), other)
	case l.how == turnedPicture:
		return fmt.Sprintf("picture, turned, fits %s: %.2f", other, -l.by)
	}
	return fmt.Sprintf("picture fits %s: %.2f", other, -l.by)
}

// timesNearer is a share of a distance the other way round.
func timesNearer(share float64) string {
	times := 1 / share
	if times >= 1000 {
		return "over 1,000"
	}
	return fmt.Sprint(math.Floor(times))
}
