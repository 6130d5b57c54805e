package studio

import (
	"context"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/audit"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// Project is what a session asks of the project it labels. Its methods are called from several goroutines.
type Project interface {
	Name() string
	Images() *imageset.Index
	Labels() *labels.Store // this process's journal
	Classes() []Class      // in the order of the label table's columns
	Thumb(row int) (file string, err error)
	Reader() *imageset.Reader // of the project's images, as its settings want them read
	Strategies() []Strategy
	History() []classify.Point // learning curve of the saved model; nil without one
	// Suggest chooses what to show next. It fails when the strategy needs a model and there is none.
	Suggest(ctx context.Context, q Query) ([]Pick, error)
	// Alike finds the images most like any of rows by their features; without rows it chooses the next page of images that
	// look alike, the seed first. q.Strategy is not read, and the scores are cosines. It fails, and says what to do, while there
	// are no features.
	Alike(ctx context.Context, rows []int, q Query) ([]Pick, error)
	// Scores gives the model's probabilities by the order of Classes: nil for a row without, NaN for a class that the
	// model has not learned. It is nil before the first training. The stamp changes when the scores do.
	Scores() (scores func(row int) []float32, stamp string)
	// Train fits the model to the labels as they are now and refreshes the scores: from the beginning, or from the weights
	// before. Both callbacks may be called from another goroutine.
	Train(ctx context.Context, o classify.Options, goOn bool, onPoint func(classify.Point), onStep func(what string, done, total int)) (classify.Info, error)
	// AuditNow measures on the images that a uniform draw chose, with about 35 trainings, and says whether to go on. The result is
	// nil with too few of them. LastAudit is what it said last; without any the advice has no text.
	AuditNow(ctx context.Context, onStep func(what string, done, total int)) (*audit.Result, audit.Advice, error)
	LastAudit() (*audit.Result, audit.Advice)
	Runs() ([]runlog.Run, error) // the trainings on record, the newest first
	NoteRun(id, note string) error
	// Disputed lists the images where annotators differ about a class, or about any if it is "", the most disputed first. It
	// goes through all journals, so it is asked for and not part of every view.
	Disputed(ctx context.Context, class string) ([]Pick, error)
	// Suspects lists the images with labels that are probably errors, of a class or of any if it is "", the most doubtful
	// first. It trains models, so it takes seconds or minutes.
	Suspects(ctx context.Context, class string) ([]Suspect, error)
	// Doubles finds images that show the same, in groups of two or more. It reads images that were not checked before and compares
	// pictures, so it takes seconds or minutes.
	Doubles(ctx context.Context, onStep func(what string, done, total int)) (Doubles, error)
	LayoutKinds() []string // ways to lay images out on a plane, the default first
	// Layout gives the places of the images on a plane on which like lies beside like, x and y of each row, NaN for one that has
	// none: as they were kept, or, where there are none or images have changed, laid out now, which takes seconds or minutes. It
	// fails, and says what to do, while there are no features.
	Layout(ctx context.Context, kind string, onStep func(what string, done, total int)) ([]float32, error)
	Annotators() int // people who have a journal
	// Agreement measures how far they agree, with intervals of so many replicates. It takes seconds where much is labelled.
	Agreement(ctx context.Context, replicates int) (agreement.Report, error)
	Rule() string // what counts where they differ
	SetRule(rule string) error
	// Repeats draws images to be labelled again blindly.
	Repeats(o agreement.RepeatOptions) (rows []int, err error)

	Keys() map[string][]string // of the grid's actions, other than the usual ones
	// Reload takes up what has changed in the list of images and in the settings, and says whether anything has.
	Reload() (changed bool, err error)

	State(name string) []byte            // what KeepState was told last by this annotator; nil if it never was
	KeepState(name string, state []byte) // a failure is no matter
}

// Class is a class as the page shows it.
type Class struct {
	Name        string
	Key         string // the digit that sets it; "" for none
	Description string
}

// Strategy is one way to choose what to show next.
type Strategy struct {
	Name       string `json:"name"`            // as Query.Strategy takes it
	Title      string `json:"title"`           // what a person reads
	Class      string `json:"class,omitempty"` // that it ranks by; "" for one that looks at all
	About      string `json:"about"`           // one line more
	NeedsModel bool   `json:"needs_model"`
	Draws      bool   `json:"draws"` // chooses a few that go together, in time that grows with their number, and ranks no others
}

// Query asks for images to show.
type Query struct {
	Strategy string
	Filter   labels.Filter
	Labelled bool // with an AnyStatus filter also those that are fully labelled
	N        int
	Batch    uint64             // number of the batch in this session, part of the random seed
	Skip     func(row int) bool // rows not to show
}

// Pick is an image to show and the reason why.
type Pick struct {
	Row    int     `json:"row"`
	Score  float64 `json:"score"`
	Reason string  `json:"reason"`
	Audit  bool    `json:"audit,omitempty"` // a uniform draw over all that is open chose it
}
