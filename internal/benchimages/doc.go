// Command benchimages measures what happens between a file and a batch beside Pillow and torchvision, on one core: the
// augmentation chain of SimCLR at three sizes, and decoding with shrinking to 224 pixels of small and large files.
//
//	go run ./internal/benchimages [-run REGEXP] [-rounds N] [-python PATH]
//
// The pictures are photographs of UC Merced in the folder that PATCHWORK_SHARED names, or "shared" beside the
// repository; files are made of them in a folder that is deleted at the end. Python is a process of its own, and the two
// take turns, so that a busy moment of the machine meets both. Of each, the least over the rounds of a round's median
// counts. Without torchvision or Pillow, only our own column is printed, and a line says why.
//
// Chains are as torchvision writes them, with float tensors and with Pillow's pictures; the faster of the two counts.
// Both sides start from decoded pictures and end with float32. Decoding begins at a file and ends with float32, too.
package main
