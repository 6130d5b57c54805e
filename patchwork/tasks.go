package patchwork

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/classify/multitask"
	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// TaskOptions say how TrainTasks learns. The zero value takes every column of the table that has no meaning of its own for
// a task, and the defaults of multitask.Options.
type TaskOptions struct {
	multitask.Options
	Columns multitask.TableOptions // which columns are tasks
	Map     string                 // height, width and channels, as 7x7x512, of features that are maps, row by row with channels last, such as imported ones; "" for vectors
	Teacher bool                   // learn also what the tasks' model of now says: Born-Again Networks
}

// tasksFile is the model of the tasks, below the project folder.
func (p *Project) tasksFile() string { return p.path("models", "tasks.safetensors") }

// Tasks reads a table of tasks: a CSV file with a column filepath or image and a column for each task, in which empty is
// unknown. Paths are found as ImportLabels finds them.
//
// Errors: those of multitask.ReadCSV, with every wrong line.
func (p *Project) Tasks(file string, o multitask.TableOptions) (*multitask.Table, error) {
	return multitask.ReadCSV(file, labels.FindImages(p.Images(), p.dir, file), o)
}

// TrainTasks fits one network to all tasks of a table, on the features, and saves it as models/tasks.safetensors. Images that
// the project excludes take no part. Held out are the images that the table's column validation says; without that column
// those that the project holds out, if any is in the table; else a share that is drawn. onPoint, if not nil, receives the
// learning curve as it grows.
//
// A cancelled TrainTasks keeps the best weights so far, saves them, and returns ctx's error.
//
// Errors: those of Tasks; ErrNoFeatures; with Teacher ErrNoModel; those of multitask.Train. An earlier model stays until
// the new one is on disk.
func (p *Project) TrainTasks(ctx context.Context, table string, o TaskOptions, onPoint func(multitask.Point)) (multitask.Info, error) {
	if err := checkWritable(p.dir); err != nil {
		return multitask.Info{}, err
	}
	t, err := p.Tasks(table, o.Columns)
	if err != nil {
		return multitask.Info{}, err
	}
	known, err := p.Labels()
	if err != nil {
		return multitask.Info{}, err
	}
	store, err := p.Features()
	if err != nil {
		return multitask.Info{}, err
	}
	defer store.Close()
	index := p.Images()
	d := multitask.Data{
		Table: t, Input: network.Vector(store.Dim()), Features: featureRow(store, index), FeatureID: store.Spec().ID,
		Usable: func(row int) bool { return index.Usable(row) && !known.Excluded(row) },
	}
	if o.Map != "" {
		if d.Input, err = network.ParseShape(o.Map); err != nil {
			return multitask.Info{}, err
		}
		if d.Input.Size() != store.Dim() {
			return multitask.Info{}, fmt.Errorf("patchwork: the features have %d numbers for each image, and maps of %s have %d; give the shape of what was imported",
				store.Dim(), d.Input, d.Input.Size())
		}
	}
	if o.Teacher {
		if d.Teacher, err = p.TaskModel(); err != nil {
			return multitask.Info{}, err
		}
	}
	takeHeldOut(t, known)
	m, err := multitask.Train(ctx, d, o.Options, onPoint)
	if m == nil {
		return multitask.Info{}, err
	}
	return m.Info(), errors.Join(err, m.Save(p.tasksFile()))
}

// takeHeldOut holds out what the project does, where the table does not say and the project holds out any of its images.
func takeHeldOut(t *multitask.Table, known *labels.Table) {
	if t.HeldOut != nil {
		return
	}
	held, any := make([]bool, len(t.Rows)), false
	for i, row := range t.Rows {
		held[i] = known.Validation(row)
		any = any || held[i]
	}
	if any {
		t.HeldOut = held
	}
}

// TaskModel opens the model of the tasks.
//
// Errors: ErrNoModel before the first TrainTasks.
func (p *Project) TaskModel() (*multitask.Model, error) {
	m, err := multitask.Load(p.tasksFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w of tasks: run p.TrainTasks(\"TABLE.csv\") in a cell or `patchwork tasks train %s TABLE.csv`", ErrNoModel, typed(p.dir))
	}
	return m, err
}

// PredictTasks answers every task for every image, or for those of a table if its name is not "", and writes the answers
// to w as CSV: filepath, then for each task its most likely category and, in a column named after it with " p" behind, the
// probability of that. Images without current features are left out and counted.
//
// Errors: ErrNoModel; ErrNoFeatures; a model of other features than the current ones; those of Tasks; those of w.
func (p *Project) PredictTasks(ctx context.Context, table string, w io.Writer) (written, skipped int, err error) {
	a, err := p.answers(ctx, table)
	if err != nil {
		return 0, 0, err
	}
	return a.write(w)
}

// PredictTasksFile is PredictTasks into a file, replaced only when all is written.
func (p *Project) PredictTasksFile(ctx context.Context, table, file string) (written, skipped int, err error) {
	a, err := p.answers(ctx, table)
	if err != nil {
		return 0, 0, err
	}
	err = atomicfile.WriteFunc(file, 0o644, atomicfile.Durable, func(w io.Writer) error {
		written, skipped, err = a.write(w)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("patchwork: cannot write %s: %w", file, err)
	}
	return written, skipped, nil
}

// answers are the probabilities of some images.
type answers struct {
	model  *multitask.Model
	names  []string
	scores []float32 // [names · categories]
}

func (p *Project) answers(ctx context.Context, table string) (answers, error) {
	m, err := p.TaskModel()
	if err != nil {
		return answers{}, err
	}
	store, err := p.Features()
	if err != nil {
		return answers{}, err
	}
	defer store.Close()
	if id := m.Info().FeatureID; id != store.Spec().ID {
		return answers{}, fmt.Errorf("patchwork: the tasks were trained on the features %s and the current ones are %s; train them again", id, store.Spec().ID)
	}
	index := p.Images()
	a := answers{model: m}
	var rows []int
	if table == "" {
		for row := range index.Len() {
			rows = append(rows, row)
		}
	} else if rows, err = multitask.ReadImages(table, labels.FindImages(index, p.dir, table)); err != nil {
		return answers{}, err
	}
	for _, row := range rows {
		a.names = append(a.names, index.At(row).ID)
	}
	features := featureRow(store, index)
	a.scores, err = m.Scores(ctx, len(rows), func(i int) []float32 { return features(rows[i]) })
	return a, err
}

func (a answers) write(w io.Writer) (written, skipped int, err error) {
	out := csv.NewWriter(w)
	tasks := a.model.Info().Tasks
	_, columns := a.model.Columns(len(tasks) - 1)
	line := []string{"filepath"}
	for _, t := range tasks {
		line = append(line, t.Name, t.Name+" p")
	}
	if err := out.Write(line); err != nil {
		return 0, 0, err
	}
	for i, name := range a.names {
		line = append(line[:0], name)
		for k, t := range tasks {
			category, p := a.model.Best(a.scores[i*columns:(i+1)*columns], k)
			if category < 0 {
				break
			}
			line = append(line, t.Categories[category], strconv.FormatFloat(float64(p), 'g', 6, 32))
		}
		if len(line) == 1 {
			skipped++
			continue
		}
		if err := out.Write(line); err != nil {
			return written, skipped, err
		}
		written++
	}
	out.Flush()
	return written, skipped, out.Error()
}
