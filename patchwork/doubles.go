package patchwork

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/explore/quality"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// DoubleOptions says what counts as a double. The zero value is a good default.
type DoubleOptions struct {
	Near float64 // by features: nearer than this share of the distance to the tenth most alike; 0 means 0.25
	Bits int     // by the perceptual hash: differs in at most so many of 64 bits; 0 means 4
}

// DoublesReport is the images that show the same, and what that does to labels and to the split.
type DoublesReport struct {
	Groups         [][]string       `json:"groups"`
	Images         int              `json:"images"` // in groups
	Copies         int              `json:"copies"` // of them that are the same file as an earlier one
	NoFeatures     bool             `json:"no_features,omitempty"`
	Leaks          []LeakedGroup    `json:"leaks"`
	Contradictions []DifferingGroup `json:"contradictions"`
	CanLabel       int              `json:"can_label"` // labels that LabelOnce would give
	Apart          int              `json:"apart"`     // groups that somebody called no doubles, which are left out
}

// LeakedGroup is doubles on both sides of the split.
type LeakedGroup struct {
	Train      []string `json:"train"`
	Validation []string `json:"validation"`
}

// DifferingGroup is doubles that are labelled differently.
type DifferingGroup struct {
	Class   string   `json:"class"`
	Present []string `json:"present"`
	Absent  []string `json:"absent"`
}

// Doubles finds images that show the same: the same file, a perceptual hash that differs in a few bits, features so near
// as only doubles are (quality.NearDoubles), features that are near and pictures that fit on each other (quality.Likeness), or hashes
// that say that one may be the other turned by a quarter or half of a circle or mirrored, and pictures that then fit. Of images
// that are burnt out features do not decide (quality.Burnt). Two images of which somebody has said that they do not show the same
// (labels.KindDistinct, in the studio "Not doubles") are left alone. It checks
// images that have not been checked (CheckImages); without features these say nothing. Nothing is changed: RepairLeaks and LabelOnce do that.
//
// Errors: an option out of range; checks.tsv cannot be read or written; ctx is done.
func (p *Project) Doubles(ctx context.Context, o DoubleOptions, progress Progress) (DoublesReport, error) {
	report := DoublesReport{Groups: [][]string{}, Leaks: []LeakedGroup{}, Contradictions: []DifferingGroup{}}
	if !(o.Near >= 0 && o.Near < 1) {
		return report, fmt.Errorf("patchwork.DoubleOptions: Near is %g; want more than 0 and less than 1, or 0 for the default", o.Near)
	}
	found, err := p.findDoubles(ctx, o, progress)
	if err != nil {
		return report, err
	}
	report.Copies, report.NoFeatures, report.Apart = found.copies, found.noFeatures, len(found.apart)
	t, err := p.Labels()
	if err != nil {
		return report, err
	}
	index, groups, name := p.Images(), found.groups, p.named
	for _, group := range groups {
		report.Groups = append(report.Groups, name(group))
		report.Images += len(group)
	}
	for _, l := range quality.Leaks(t, groups) {
		report.Leaks = append(report.Leaks, LeakedGroup{name(l.Train), name(l.Validation)})
	}
	for _, c := range quality.Contradictions(t, groups) {
		report.Contradictions = append(report.Contradictions, DifferingGroup{t.Classes()[c.Class], name(c.Present), name(c.Absent)})
	}
	_, report.CanLabel = quality.LabelOnce(t, index, groups)
	return report, nil
}

// named are the images of rows.
func (p *Project) named(rows []int) []string {
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = p.Images().At(row).ID
	}
	return list
}

// groupsOf are the rows of groups of images, of those that the project still has.
func groupsOf(ix *imageset.Index, groups [][]string) (rows [][]int) {
	for _, group := range groups {
		var list []int
		for _, image := range group {
			if row, ok := ix.Row(image); ok {
				list = append(list, row)
			}
		}
		slices.Sort(list)
		rows = append(rows, list)
	}
	return rows
}

// RepairLeaks puts each group of doubles on one side of the split, the one that has more of it, at a tie the training; see
// quality.Repair. It is one event, which one undo takes back.
//
// Errors: as Apply.
func (p *Project) RepairLeaks(ctx context.Context, groups [][]string) (moved int, err error) {
	err = p.change(ctx, func(t *labels.Table, ix *imageset.Index) (labels.Event, error) {
		e := quality.Repair(ix, quality.Leaks(t, groupsOf(ix, groups)))
		for _, c := range e.Set {
			moved += len(c.Images)
		}
		return e, nil
	})
	return moved, err
}

// LabelOnce gives the images of each group of doubles the labels that others of the group have, where they have none and the
// others agree; see quality.LabelOnce. It is one event, which one undo takes back.
//
// Errors: as Apply.
func (p *Project) LabelOnce(ctx context.Context, groups [][]string) (given int, err error) {
	err = p.change(ctx, func(t *labels.Table, ix *imageset.Index) (e labels.Event, _ error) {
		e, given = quality.LabelOnce(t, ix, groupsOf(ix, groups))
		return e, nil
	})
	return given, err
}

// String says what was found, with the first groups.
func (r DoublesReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d images show the same as others, in %d groups; %d of them are copies of a file\n", r.Images, len(r.Groups), r.Copies)
	if r.NoFeatures {
		b.WriteString("there are no features yet, so only files and perceptual hashes were compared\n")
	}
	for i, g := range r.Groups {
		if i == 10 {
			fmt.Fprintf(&b, "  and %d more groups\n", len(r.Groups)-i)
			break
		}
		fmt.Fprintf(&b, "  %s\n", firstFew(g, 4))
	}
	if n := len(r.Leaks); n > 0 {
		fmt.Fprintf(&b, "%d groups are learned from and measured on\n", n)
	}
	for _, c := range r.Contradictions {
		fmt.Fprintf(&b, "labelled differently: %s present in %s, absent in %s\n", c.Class, firstFew(c.Present, 2), firstFew(c.Absent, 2))
	}
	if r.Apart > 0 {
		fmt.Fprintf(&b, "groups left out because somebody called them no doubles: %d\n", r.Apart)
	}
	if r.CanLabel > 0 {
		fmt.Fprintf(&b, "%d labels could be taken over from doubles\n", r.CanLabel)
	}
	return strings.TrimRight(b.String(), "\n")
}
