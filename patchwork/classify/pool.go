package classify

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// pool is the images that teach without a label of theirs: those whose labels the model guesses, and those that say where images
// are from. Held-out and excluded images, and those without features, are in none.
type pool struct {
	classes int
	rule    *semi.Rule // nil without Options.Semi
	rows    []int      // with an unknown label
	unknown []bool     // [rows, classes]
	domains [][]int    // rows, by subset; nil without Options.Confusion
}

// newPool gathers them; nil where nothing is asked of them.
//
// Errors: semi with a loss of groups; a threshold below 0.5.
func (p *prepared) newPool(o Options) (*pool, error) {
	confused := o.Confusion > 0 && o.Head == MLPHead
	if o.Semi == semi.None && !confused {
		return nil, nil
	}
	s := &pool{classes: len(p.Classes)}
	names := map[string]int{}
	for row := range p.table.Len() {
		if p.kind(row) != 't' || p.Features(row) == nil {
			continue
		}
		if confused {
			name := ""
			if p.Subset != nil {
				name = p.Subset(row)
			}
			if _, ok := names[name]; !ok {
				names[name] = len(names)
				s.domains = append(s.domains, nil)
			}
			s.domains[names[name]] = append(s.domains[names[name]], row)
		}
		some := false
		for c := range p.Classes {
			some = some || p.table.Value(row, c) == labels.Unknown
		}
		if some {
			s.rows = append(s.rows, row)
			for c := range p.Classes {
				s.unknown = append(s.unknown, p.table.Value(row, c) == labels.Unknown)
			}
		}
	}
	if confused && len(s.domains) < 2 {
		p.warn("all images are of one subset, so confusion has nothing to make alike; give images subsets, or leave it out")
		s.domains = nil
	}
	if o.Semi != semi.None {
		if o.Loss == SoftmaxLoss {
			return nil, fmt.Errorf("classify.Options: semi is %q and loss is softmax, whose groups have one answer together; choose another loss, or semi none", o.Semi)
		}
		if len(s.rows) == 0 {
			p.warn("every image is fully labelled, so " + string(o.Semi) + " has nothing to learn from; it is left out")
		} else {
			rule, err := semi.NewRule(o.Semi, o.Tau, len(s.rows), s.classes, s.isUnknown)
			if err != nil {
				return nil, fmt.Errorf("classify.Options: tau is %g; want 0.5 or more: %w", o.Tau, err)
			}
			s.rule = rule
		}
	}
	if s.rule == nil && s.domains == nil {
		return nil, nil
	}
	return s, nil
}

func (s *pool) isUnknown(image, class int) bool { return s.unknown[image*s.classes+class] }

// soft is that of the rule; there may be none.
func (s *pool) soft() bool { return s.rule != nil && s.rule.Soft() }

// cells writes 1 for each class that an image of the pool has no label of, else 0.
func (s *pool) cells(image int, dst []float32) {
	for c := range dst {
		if dst[c] = 0; s.isUnknown(image, c) {
			dst[c] = 1
		}
	}
}
