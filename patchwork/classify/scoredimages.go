package classify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// WriteImages writes beside scores in dir what tells the image of each row from any other, a line each and without line breaks, as
// a hash of its file. The file appears whole or not at all.
func WriteImages(dir string, images []string) error {
	text := strings.Join(append(images[:len(images):len(images)], ""), "\n")
	if err := atomicfile.Write(filepath.Join(dir, ImagesFile), []byte(text), 0o644, atomicfile.Durable); err != nil {
		return fmt.Errorf("classify: scores: %w", err)
	}
	return nil
}

// ReadImages reads what WriteImages wrote; nil where there is no such file, as in what older programs saved.
func ReadImages(dir string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, ImagesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("classify: scores: %w", err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	lines = lines[:len(lines)-1]
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\n")
	}
	return lines, nil
}
