package patchwork

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math"
	"os"
	"slices"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/audit"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// stopSet is how many images successive models are compared on.
const stopSet = 2000

// fresh is the least share of new labels between two models that are compared, and the least number of them: models that learned
// from nearly the same labels agree whatever is still to be learned.
const (
	freshShare = 0.02
	freshLeast = 8
)

// answersKept is what the last model that was compared says of the stop set, and how far those before agreed.
type answersKept struct {
	Labelled int           `json:"labelled"`
	Answers  audit.Answers `json:"answers"`
	Steps    []audit.Step  `json:"steps"`
}

func (p *Project) answersFile() string { return p.path("audit", "answers.json") }
func (p *Project) auditFile() string   { return p.path("audit", "audit.json") }

// answersSoFar reads what is kept. What cannot be read is begun anew: it is a record of the past and no label.
func (p *Project) answersSoFar() answersKept {
	var k answersKept
	text, err := os.ReadFile(p.answersFile())
	if err != nil || json.Unmarshal(text, &k) != nil {
		return answersKept{}
	}
	return k
}

// keepAnswers compares what a new model says of the stop set with what the one before said, and keeps it. A model that learned from
// hardly more labels takes no part.
func (p *Project) keepAnswers(t *labels.Table, learned []string, scores []float32, labelled int) error {
	kept := p.answersSoFar()
	grown := labelled - kept.Labelled
	if kept.Labelled > 0 && 0 <= grown && float64(grown) < max(freshLeast, freshShare*float64(labelled)) {
		return nil
	}
	answers := p.stopAnswers(t, learned, scores)
	if len(answers.Images) == 0 {
		return nil
	}
	if kept.Labelled > 0 {
		now := func(class string) string {
			if name, ok := t.Resolve(class); ok {
				return name
			}
			return class
		}
		if agreement, err := audit.Compare(kept.Answers, answers, now); err == nil { // otherwise there is nothing in common to compare
			kept.Steps = append(kept.Steps, audit.Step{Images: labelled, Agreement: agreement})
		}
	}
	kept.Labelled, kept.Answers = labelled, answers
	return p.writeAudit(p.answersFile(), kept)
}

// stopAnswers is what scores, [images, learned], say of the stop set: the images whose names have the lowest hashes with the seed of the project, which is a
// draw that stays the same as images come and go.
func (p *Project) stopAnswers(t *labels.Table, learned []string, scores []float32) audit.Answers {
	type member struct {
		name uint64
		row  int
	}
	index, c := p.Images(), len(learned)
	var all []member
	for row := range min(index.Len(), len(scores)/max(c, 1)) {
		if index.Usable(row) && !math.IsNaN(float64(scores[row*c])) {
			hash := fnv.New64a()
			fmt.Fprintf(hash, "%d %s", p.Settings().Seed, index.At(row).ID)
			all = append(all, member{mixed(hash.Sum64()), row})
		}
	}
	slices.SortFunc(all, func(a, b member) int { return cmp.Compare(a.name, b.name) })
	all = all[:min(stopSet, len(all))]
	a := audit.Answers{Classes: learned, Single: oneClassEach(t)}
	if !a.Single {
		a.Present = make([][]int, c)
	}
	for i, m := range all {
		values, top := scores[m.row*c:(m.row+1)*c], 0
		for k, v := range values {
			if v > values[top] {
				top = k
			}
			if !a.Single && v >= evaluate.Threshold {
				a.Present[k] = append(a.Present[k], i)
			}
		}
		a.Images, a.Top = append(a.Images, m.name), append(a.Top, top)
	}
	return a
}

// mixed spreads a hash of FNV, whose upper bits follow the end of the text, over all bits.
func mixed(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// oneClassEach says that each labelled image shows exactly one of several classes, all known.
func oneClassEach(t *labels.Table) bool {
	any := false
	for row := range t.Len() {
		switch t.Status(row) {
		case labels.Partial:
			return false
		case labels.Labelled:
			any = true
			present := 0
			for c := range t.Classes() {
				if t.Value(row, c) == labels.Present {
					present++
				}
			}
			if present != 1 && !t.Excluded(row) {
				return false
			}
		}
	}
	return any && len(t.Classes()) > 1
}

// LastAudit is what Audit measured last, with the trainings since; nil if it never has. It is read from the project in milliseconds.
func (p *Project) LastAudit() (*Audit, error) {
	text, err := os.ReadFile(p.auditFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	var a Audit
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, fmt.Errorf("patchwork: %s cannot be read: %w; measure again to write it anew", p.auditFile(), err)
	}
	return &a, nil
}

func (p *Project) keepAudit(a *Audit) error { return p.writeAudit(p.auditFile(), a) }

func (p *Project) writeAudit(file string, v any) error {
	text, err := json.Marshal(v)
	if err == nil {
		err = os.MkdirAll(p.path("audit"), 0o755)
	}
	if err == nil {
		err = atomicfile.Write(file, text, 0o644, atomicfile.Cached)
	}
	if err != nil {
		return fmt.Errorf("patchwork: the audit is not kept: %w", err)
	}
	return nil
}
