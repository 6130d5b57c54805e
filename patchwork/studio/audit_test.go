package studio

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/audit"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// auditsOf are the images, by event, that the journal calls an audit.
func auditsOf(t *testing.T, p *fakeProject) (list [][]string) {
	t.Helper()
	for e, err := range p.store.Events() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == labels.KindLabel && e.Shown != nil {
			list = append(list, e.Shown.Audit)
		}
	}
	return list
}

func TestJournalNamesTheAuditAmongTheImagesOfAnEvent(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	s.show(batch{strategy: "auto", picks: []Pick{{Row: 3}, {Row: 5, Audit: true}, {Row: 9, Audit: true}}})
	do(t, s, "a", "set", set(change{3, 0, 1}, change{5, 0, 1}, change{5, 1, 0}))
	s.show(batch{strategy: "random", picks: []Pick{{Row: 7, Audit: true}}, pages: true})
	do(t, s, "b", "set", set(change{7, 0, 1})) // in pages a person labels what she likes
	s.openAs("like 009", "similar", []Pick{{Row: 9, Audit: true}})
	do(t, s, "c", "set", set(change{9, 0, 1}))
	got := auditsOf(t, p)
	if len(got) != 3 || !slices.Equal(got[0], []string{labels.Ref(p.index, 5)}) || got[1] != nil || got[2] != nil {
		t.Errorf("audits %v; want image 5 once, with the first event", got)
	}
}

func TestAuditFollowsATraining(t *testing.T) {
	p := newProject(t, 40)
	p.train = func(context.Context) (classify.Info, error) { return classify.Info{TrainRows: 30}, nil }
	share := func(v float64) evaluate.Interval {
		return evaluate.Interval{Value: evaluate.Number(v), Low: evaluate.Number(v - 0.1), High: evaluate.Number(v + 0.1)}
	}
	release := make(chan bool)
	p.audit = func(ctx context.Context) (*audit.Result, audit.Advice, error) {
		select {
		case <-release:
		case <-ctx.Done():
			return nil, audit.Advice{}, ctx.Err()
		}
		r := &audit.Result{Images: 30, Audit: 25, Accuracy: share(0.8), Chosen: []audit.Point{{Images: 15, Figure: share(0.7)}, {Images: 30, Figure: share(0.8)}}}
		r.Classes = []audit.Class{{Class: "water", Figures: evaluate.Metrics{Present: 6, Recall: share(0.5)}}, {Class: "road"}}
		r.Wrong = []audit.Wrong{{Row: 7, Class: "water", Said: "absent", Score: 0.9}, {Row: 2, Class: "road", Said: "present", Score: 0.8}, {Row: 7, Class: "road", Said: "present", Score: 0.6}}
		return r, audit.Advice{Text: "Go on: there is more to learn."}, nil
	}
	s := New(t.Context(), p, Options{})
	pushed := make(chan view, 100)
	s.Bind(func(v any) {
		if v, ok := v.(view); ok {
			pushed <- v
		}
	}, func(string) {})
	next := func(what string, ok func(view) bool) view {
		t.Helper()
		deadline := time.After(10 * time.Second)
		for {
			select {
			case v := <-pushed:
				if ok(v) {
					return v
				}
			case <-deadline:
				t.Fatal("no view in which " + what)
			}
		}
	}
	do(t, s, "t", "train", nil)
	next("the audit runs", func(v view) bool { return !v.Train.Running && v.Audit.Running })
	if v := do(t, s, "m", "audit", nil); !strings.Contains(v.Message, "already") {
		t.Errorf("asked for while it runs: %q", v.Message)
	}
	do(t, s, "t2", "train", nil) // the audit gives way, and follows again
	next("the training runs", func(v view) bool { return v.Train.Running })
	next("the audit runs again", func(v view) bool { return !v.Train.Running && v.Audit.Running })
	close(release)
	v := next("the audit is done", func(v view) bool { return !v.Audit.Running && v.Audit.Advice != "" })
	a := v.Audit
	if a.Images != 25 || a.Wrong != 2 || a.Option == nil || a.SVG == "" || len(a.Classes) != 2 || a.Classes[0].Wrong != 1 || a.Classes[1].Wrong != 2 || *a.Classes[0].Found != 0.5 {
		t.Errorf("shown: %+v", a)
	}
	v = do(t, s, "w", "audit-wrong", object{"class": ""})
	if len(v.Grid.Tiles) != 2 || v.Grid.Tiles[0].Row != 7 || v.Grid.Tiles[0].Why != "water: absent by 0.90; road: present by 0.60" {
		t.Errorf("opened %+v", v.Grid.Tiles)
	}
	if v = do(t, s, "w2", "audit-wrong", object{"class": "water"}); len(v.Grid.Tiles) != 1 {
		t.Errorf("%d images wrong about water; want 1", len(v.Grid.Tiles))
	}
	if v = do(t, s, "w3", "audit-wrong", object{"class": "moon"}); !strings.Contains(v.Message, "no such audit image") {
		t.Errorf("message %q", v.Message)
	}
	s.Close(5 * time.Second)
}
