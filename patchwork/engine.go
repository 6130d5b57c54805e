package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"sync"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/audit"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
	"github.com/gopatchwork/patchwork/patchwork/studio"
)

// engine is a Project as the studio sees it. The process holds the journal.
type engine struct {
	*Project

	mu     sync.Mutex // guards what was read of the model
	scores *Scores
	read   scoresRead
	stamp  string    // of the scores: when the model was saved, and behind a + how often images have been scored since
	files  [2]string // when the files were written that Reload looks at; the session calls that from one goroutine

	renewals int

	kept keptLooks
}

// Labels is the journal that this process writes.
func (e *engine) Labels() *labels.Store {
	e.Project.mu.Lock()
	defer e.Project.mu.Unlock()
	return e.store
}

// Classes lists the label table's classes with the keys that set them.
func (e *engine) Classes() []studio.Class {
	t := e.Labels().Table()
	declared := map[string]Class{} // by the present name
	for _, c := range e.Settings().Classes {
		if now, ok := t.Resolve(c.Name); ok {
			declared[now] = c
		}
	}
	var out []studio.Class
	for i, name := range t.Classes() {
		c := studio.Class{Name: name, Key: declared[name].Hotkey, Description: t.Description(i)}
		if c.Key == "" && i < 9 {
			c.Key = strconv.Itoa(i + 1)
		}
		out = append(out, c)
	}
	return out
}

// lookAlikesName is the strategy of the studio that shows a page of images that look like each other.
const lookAlikesName = "look-alikes"

// Strategies lists what can choose the next images, those that rank by one class behind those that look at all, and those by
// propagated scores last, once there are some.
func (e *engine) Strategies() []studio.Strategy {
	var whole, ofClass, propagated []studio.Strategy
	classes := e.Labels().Table().Classes()
	_, err := os.Stat(e.path("propagated", "propagated.yaml"))
	add := func(list []studio.Strategy, card acquire.Card, class string) []studio.Strategy {
		one := studio.Strategy{Name: card.Name + class, Title: card.Name + class, Class: class, About: card.About,
			NeedsModel: card.Needs.Has(acquire.Probs), Draws: (card.Needs | card.Uses).Has(acquire.Features)}
		list = append(list, one)
		if err == nil && ranksByScores(card) && (class == "" || slices.Contains(propagatedOfClass, card.Name)) {
			one.Name, one.Title, one.NeedsModel = propagatedPrefix+one.Name, propagatedPrefix+one.Name, false
			one.About += ", by propagated scores"
			propagated = append(propagated, one)
		}
		return list
	}
	for _, card := range acquire.All() {
		if !card.Needs.Has(acquire.OneClass) {
			whole = add(whole, card, "")
			continue
		}
		for _, class := range classes {
			ofClass = add(ofClass, card, class)
		}
	}
	alike := studio.Strategy{Name: lookAlikesName, Title: lookAlikesName, About: "images that look like each other, to be labelled in one go"}
	return slices.Concat(whole, []studio.Strategy{alike}, ofClass, propagated)
}

// propagatedOfClass are the strategies of one class that the menu offers by propagated scores too; Suggest takes all.
var propagatedOfClass = []string{"highest: ", "lowest: "}

// Suggest chooses what to show next.
func (e *engine) Suggest(ctx context.Context, q studio.Query) ([]studio.Pick, error) {
	if q.Strategy == lookAlikesName {
		return e.Alike(ctx, nil, q)
	}
	picks, err := e.suggest(ctx, e.Labels().Table(), e.current(), e.look, SuggestOptions{
		Strategy: q.Strategy, N: q.N, Filter: q.Filter, Labelled: q.Labelled, Seed: q.Batch, Skip: q.Skip,
	})
	return asPicks(picks), trainingComputes(err)
}

// Alike finds the images most like rows, or without rows the next page of look-alikes.
func (e *engine) Alike(ctx context.Context, rows []int, q studio.Query) ([]studio.Pick, error) {
	var found []Suggestion
	err := e.look(ctx, func(l *looks) (err error) {
		t := e.Labels().Table()
		if len(rows) > 0 {
			found, err = e.similar(ctx, t, l, rows, SimilarOptions{N: q.N, Filter: q.Filter, Labelled: q.Labelled, Skip: q.Skip})
		} else {
			found, err = e.lookAlikes(ctx, t, l, LookAlikesOptions{N: q.N, Filter: q.Filter, Labelled: q.Labelled, Seed: q.Batch, Skip: q.Skip})
		}
		return err
	})
	return asPicks(found), trainingComputes(err)
}

// look is a lookAt with the features that the studio keeps open.
func (e *engine) look(ctx context.Context, search func(*looks) error) error {
	return e.kept.use(ctx, e.Project, search)
}

// trainingComputes says of missing features what else makes them in the studio.
func trainingComputes(err error) error {
	if errors.Is(err, ErrNoFeatures) {
		return fmt.Errorf("%w; Train computes them too", err)
	}
	return err
}

func asPicks(list []Suggestion) []studio.Pick {
	out := make([]studio.Pick, len(list))
	for i, s := range list {
		out[i] = studio.Pick{Row: s.Row, Score: s.Score, Reason: s.Reason, Audit: s.Audit}
	}
	return out
}

// Disputed is the queue of disagreements, an image once, with what people said of it.
func (e *engine) Disputed(ctx context.Context, class string) ([]studio.Pick, error) {
	list, err := e.Disagreements(ctx, DisagreementOptions{Class: class})
	if err != nil {
		return nil, err
	}
	var out []studio.Pick
	at := map[int]int{}
	for _, d := range list {
		if i, ok := at[d.Row]; ok {
			out[i].Reason += "; " + d.Dispute.String()
			continue
		}
		at[d.Row] = len(out)
		out = append(out, studio.Pick{Row: d.Row, Score: d.Share, Reason: d.Dispute.String()})
	}
	return out, nil
}

// Suspects is the queue of labels that are probably errors, an image once, with what speaks against its labels.
func (e *engine) Suspects(ctx context.Context, class string) ([]studio.Suspect, error) {
	report, err := e.Project.Suspects(ctx, SuspectOptions{Class: class}, nil)
	if err != nil {
		return nil, trainingComputes(err)
	}
	var out []studio.Suspect
	at := map[int]int{}
	for _, s := range report.Suspects {
		if i, ok := at[s.Row]; ok {
			out[i].Reason += "; " + s.Reason
			out[i].Classes = append(out[i].Classes, s.Class)
			continue
		}
		at[s.Row] = len(out)
		out = append(out, studio.Suspect{Pick: studio.Pick{Row: s.Row, Score: s.Score, Reason: s.Reason}, Classes: []string{s.Class}})
	}
	return out, nil
}

// Doubles is what Project.Doubles finds, with what makes each image a double, and behind it the groups that were said to be none.
func (e *engine) Doubles(ctx context.Context, onStep func(string, int, int)) (studio.Doubles, error) {
	found, err := e.findDoubles(ctx, DoubleOptions{}, onStep)
	if err != nil {
		return studio.Doubles{}, err
	}
	index, out := e.Images(), studio.Doubles{NoFeatures: found.noFeatures}
	for i, rows := range slices.Concat(found.groups, found.apart) {
		var group []studio.Double
		for _, row := range rows {
			why := "said to show something else"
			if i < len(found.groups) {
				why = found.why(index, row)
			}
			group = append(group, studio.Double{Row: row, Why: why})
		}
		out.Groups = append(out.Groups, group)
	}
	return out, nil
}

// Annotators counts the journals.
func (e *engine) Annotators() int {
	files, _ := filepath.Glob(e.path("journal", "*.jsonl"))
	return len(files)
}

// Agreement measures how far annotators agree under the project's rule.
func (e *engine) Agreement(ctx context.Context, replicates int) (agreement.Report, error) {
	return e.Project.Agreement(ctx, AgreementOptions{Replicates: replicates})
}

// Rule is what counts where annotators differ.
func (e *engine) Rule() string { return cmp.Or(e.Settings().Rule, agreement.Rule{}.String()) }

// Keys are those that project.yaml gives to actions.
func (e *engine) Keys() map[string][]string { return e.Settings().Keys }

// Reload takes up a list of images and settings that another process has written.
func (e *engine) Reload() (changed bool, err error) {
	images, settings := e.writtenAt("images.tsv"), e.writtenAt("project.yaml")
	before := e.files
	e.files = [2]string{images, settings}
	if before == e.files || before[0] == "" {
		return false, nil
	}
	if s, err := readSettings(e.dir); before[0] == images && err == nil && reflect.DeepEqual(s, e.Settings()) {
		return false, nil // this process wrote it
	}
	return true, e.reload()
}

// writtenAt is another text when a file of the project has been written.
func (e *engine) writtenAt(name string) string {
	stat, err := os.Stat(e.path(name))
	if err != nil {
		return "missing"
	}
	return fmt.Sprint(stat.ModTime().UnixNano(), " ", stat.Size())
}

// State is what was kept of this annotator's studio.
func (e *engine) State(name string) []byte {
	text, err := os.ReadFile(e.stateFile(name))
	if err != nil {
		return nil
	}
	return text
}

// KeepState keeps it. Without it a studio begins anew, so a failure is passed over.
func (e *engine) KeepState(name string, state []byte) {
	atomicfile.Write(e.stateFile(name), state, 0o644, atomicfile.Cached)
}

func (e *engine) stateFile(name string) string {
	return e.path(fmt.Sprintf("studio-%s-%s.json", annotator(), name))
}

// Train computes the features, or the maps that a trunk reads, first where none are there.
func (e *engine) Train(ctx context.Context, o classify.Options, goOn bool, onPoint func(classify.Point), onStep func(string, int, int)) (classify.Info, error) {
	r, err := e.readsAsTheyAre(o)
	switch {
	case errors.Is(err, ErrNoFeatures):
		_, err = e.Embed(ctx, EmbedOptions{}, onStep)
	case errors.Is(err, ErrNoMaps):
		_, err = e.ExtractMaps(ctx, FeatureMapOptions{}, onStep)
	}
	if err != nil {
		return classify.Info{}, err
	}
	if r != nil {
		r.store.Close()
	}
	o.Seed = e.Settings().Seed
	return e.Project.Train(ctx, TrainOptions{Options: o, GoOn: goOn, Progress: onStep}, func(p classify.Point) {
		onStep("training", p.Step, p.Steps)
		onPoint(p)
	})
}

// AuditNow is Project.Audit.
func (e *engine) AuditNow(ctx context.Context, onStep func(string, int, int)) (*audit.Result, audit.Advice, error) {
	a, err := e.Project.Audit(ctx, AuditOptions{}, onStep)
	if err != nil {
		return nil, audit.Advice{}, trainingComputes(err)
	}
	return a.Result, a.Advice, nil
}

// LastAudit is what was measured last. What cannot be read is measured anew after the next training.
func (e *engine) LastAudit() (*audit.Result, audit.Advice) {
	a, err := e.Project.LastAudit()
	if err != nil || a == nil {
		return nil, audit.Advice{}
	}
	return a.Result, a.Advice
}
