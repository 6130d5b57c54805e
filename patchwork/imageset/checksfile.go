package imageset

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// A file of checks is text: a version line, a line of column names, then one line for each content that has been
// measured, by the Hash in the index. Lines are only added, so that what has been measured outlives a crash; a line cut
// off by one is dropped. The flags are not in it, because they follow from the scores and the settings.
const (
	checksMagic   = "# patchwork checks "
	checksVersion = 2
	checksColumns = "hash\tlow\thigh\tsharp\tentropy\tperceptual\tsigns"
	checksHead    = checksMagic + "2\n" + checksColumns + "\n"
)

// appendLine adds the line of an image to b.
func (s Scores) appendLine(b []byte, hash string) []byte {
	b = append(b, hash...)
	for _, v := range []float64{s.Low, s.High, s.Sharp, s.Entropy} {
		b = strconv.AppendFloat(append(b, '\t'), v, 'g', -1, 64)
	}
	return fmt.Appendf(b, "\t%016x\t%016x\n", s.Perceptual, s.Signs)
}

// parseScores reads a line without its end.
func parseScores(line string) (hash string, s Scores, ok bool) {
	field := strings.Split(line, "\t")
	if len(field) != 7 || field[0] == "" {
		return "", s, false
	}
	for i, v := range []*float64{&s.Low, &s.High, &s.Sharp, &s.Entropy} {
		var err error
		if *v, err = strconv.ParseFloat(field[i+1], 64); err != nil || !(*v >= 0 && *v < 1e12) {
			return "", s, false
		}
	}
	var errs [2]error
	s.Perceptual, errs[0] = strconv.ParseUint(field[5], 16, 64)
	s.Signs, errs[1] = strconv.ParseUint(field[6], 16, 64)
	return field[0], s, errs == [2]error{}
}

// readScores returns the scores in a file by hash, and how many bytes at its beginning hold whole lines. A file that
// does not exist has none. Damaged lines are passed over: their images are measured again.
func readScores(file string) (scores map[string]Scores, whole int64, err error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]Scores{}, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("imageset: cannot read the checks: %w", err)
	}
	return parseChecks(data, file)
}

func parseChecks(data []byte, file string) (scores map[string]Scores, whole int64, err error) {
	scores = map[string]Scores{}
	if bytes.HasPrefix([]byte(checksHead), data) { // cut off before the first line
		return scores, 0, nil
	}
	text := string(data[:bytes.LastIndexByte(data, '\n')+1])
	head, body, _ := strings.Cut(text, "\n")
	version, ok := strings.CutPrefix(strings.TrimSuffix(head, "\r"), checksMagic)
	if v, err := strconv.Atoi(version); ok && err == nil && v > checksVersion {
		return nil, 0, fmt.Errorf("imageset: %s was written by a newer patchwork (format %d, this one reads up to %d); update patchwork", file, v, checksVersion)
	} else if !ok || err != nil {
		return nil, 0, fmt.Errorf("imageset: %s is not a file of checks: it begins %.30q; want %q. Delete it to measure again", file, head, checksMagic+"2")
	}
	if version == "1" { // without signs: all is measured again
		return scores, 0, nil
	}
	for line := range strings.Lines(body) {
		if hash, s, ok := parseScores(strings.TrimRight(line, "\r\n")); ok {
			scores[hash] = s
		}
	}
	return scores, int64(len(text)), nil
}

// openChecks opens a file to add lines behind the first whole bytes; what lies behind them is cut off.
func openChecks(file string, whole int64) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("imageset: cannot save the checks: %w", err)
	}
	err = f.Truncate(whole)
	if err == nil {
		_, err = f.Seek(whole, 0)
	}
	if err == nil && whole == 0 {
		_, err = f.WriteString(checksHead)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("imageset: cannot save the checks in %s: %w", file, atomicfile.Cause(err))
	}
	return f, nil
}
