package multitask

import (
	"context"
	"fmt"
	"slices"
)

// teacherScores are a teacher's probabilities for the images of training, [rows · categories of all tasks] of the student;
// 0 for the tasks that it does not know.
type teacherScores []float32

// ask lets the teacher answer the tasks that it shares with the table.
//
// Errors: other features, where the same ones as maps or as vectors are the same; no task in common; a task with other categories; those of Scores.
func (p *prepared) ask(ctx context.Context, l *layout, o Options) error {
	t := p.Teacher
	if t == nil {
		return nil
	}
	if t.info.FeatureID != p.FeatureID || t.info.Input.Size() != p.Input.Size() {
		return fmt.Errorf("multitask: the teacher reads the features %s of %s, and these are %s of %s; train without a teacher",
			t.info.FeatureID, t.info.Input, p.FeatureID, p.Input)
	}
	from := make([]int, len(p.tasks())) // by task, its place in the teacher; -1 where it is not known
	shared := 0
	for k, task := range p.tasks() {
		from[k] = slices.IndexFunc(t.info.Tasks, func(other Task) bool { return other.Name == task.Name })
		if from[k] < 0 {
			p.warnings = append(p.warnings, fmt.Sprintf("task %s: the teacher does not know it, so it is learned from the table alone", task.Name))
			continue
		}
		if known := t.info.Tasks[from[k]].Categories; !slices.Equal(known, task.Categories) {
			return fmt.Errorf("multitask: the teacher knows the categories %q of the task %q, and the table has %q; train without a teacher first",
				known, task.Name, task.Categories)
		}
		shared++
	}
	if shared == 0 {
		return fmt.Errorf("multitask: the teacher knows none of the tasks of the table; train without a teacher")
	}
	if p.drawn && t.info.Options.Seed != o.Seed {
		p.warnings = append(p.warnings, fmt.Sprintf("the teacher was trained with seed %d, so it has learned from images that are held out here; "+
			"say in a column validation which are", t.info.Options.Seed))
	}
	scores, err := t.Scores(ctx, len(p.train.rows), func(i int) []float32 { return p.Features(p.train.rows[i]) })
	if err != nil {
		return err
	}
	p.teacher = make(teacherScores, len(p.train.rows)*l.columns)
	for i := range p.train.rows {
		for k, other := range from {
			if other < 0 {
				continue
			}
			a, b := t.Columns(other)
			copy(p.teacher[i*l.columns+l.offset[k]:], scores[i*t.layout.columns+a:i*t.layout.columns+b])
		}
	}
	return nil
}
