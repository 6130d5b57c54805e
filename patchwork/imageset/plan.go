package imageset

import "strings"

// plan compares the files found with the rows of the old index.
type plan struct {
	root string
	old  *Index
	row  []int  // for each job: the old row with the same ID, or -1
	jobs []file // files to read, sorted by ID
	kept map[int]file
}

func newPlan(root string, old *Index, files []file) *plan {
	p := &plan{root: root, old: old, kept: map[int]file{}}
	for _, f := range files {
		row, known := old.Row(f.id)
		if known {
			if im := old.At(row); unchanged(im, f) {
				p.kept[row] = f
				continue
			}
		} else {
			row = -1
		}
		p.row, p.jobs = append(p.row, row), append(p.jobs, f)
	}
	return p
}

// unchanged says whether the row still describes the file. A row without a Hash could not be read and is tried again,
// because permissions change without a trace in size and time, and so is one that the settings may have left out.
func unchanged(im Image, f file) bool {
	return im.Size == f.size && im.ModTime == f.modTime && im.Hash != "" && f.problem == "" && !im.gone() && !strings.Contains(im.Problem, inSettings)
}

// result is what reading a file gave.
type result struct {
	image Image
	done  bool // false when the scan was cancelled before
}

// merge makes the new index of the old rows and the results, and counts.
func (p *plan) merge(results []result, report *ScanReport) *Index {
	rows := p.old.all()
	here := make([]bool, len(rows)) // the file of the row has been found, in any state
	for row, f := range p.kept {
		rows[row].Subset = f.subset
		here[row] = true
		report.Kept++
	}
	var fresh []int // results that belong to no old row
	for i, r := range results {
		row := p.row[i]
		if !r.done {
			report.Pending++
		}
		switch {
		case row < 0 && r.done:
			fresh = append(fresh, i)
		case row >= 0 && r.done && (r.image.Hash != rows[row].Hash || r.image.Problem != rows[row].Problem):
			report.Changed++
		case row >= 0:
			report.Kept++
		}
		if row >= 0 {
			here[row] = true
			if r.done {
				rows[row] = r.image
			}
		}
	}
	gone := p.markGone(rows, here)
	report.Vanished = len(rows) - report.Kept - report.Changed

	moved := follow(rows, gone, results, fresh)
	for _, i := range fresh {
		row, follows := moved[i]
		switch {
		case !follows:
			rows = append(rows, results[i].image)
			report.Added++
		case report.Pending > 0: // another file not yet read may have the same content: let the next scan decide
			report.Pending++
		default:
			rows[row] = results[i].image
			report.Moved++
			report.Vanished--
		}
	}
	for _, im := range rows {
		if im.Problem != "" && !im.gone() {
			report.Broken++
		}
	}
	return &Index{rows: rows}
}

// markGone sets the Problem of the rows that are not here and returns those whose file does not exist.
func (p *plan) markGone(rows []Image, here []bool) (gone []int) {
	for row := range rows {
		if here[row] {
			continue
		}
		if exists(idPath(p.root, rows[row].ID)) {
			rows[row].Problem = problemUncovered
		} else {
			rows[row].Problem = problemVanished
			gone = append(gone, row)
		}
	}
	return gone
}
