//go:build !purego

#include "textflag.h"

// A step: the row's key that the node asks for; the borrow of the node's key less the row's is 1 where the row goes to the
// right, and is added to the left child.

// LOAD takes the nodes of the eight walks from the list at AX, and STORE puts them there.
#define LOAD \
	MOVL 0(AX), R8; \
	MOVL 4(AX), R9; \
	MOVL 8(AX), R10; \
	MOVL 12(AX), R11; \
	MOVL 16(AX), R12; \
	MOVL 20(AX), R13; \
	MOVL 24(AX), R15; \
	MOVL 28(AX), DX

#define STORE \
	MOVL R8, 0(AX); \
	MOVL R9, 4(AX); \
	MOVL R10, 8(AX); \
	MOVL R11, 12(AX); \
	MOVL R12, 16(AX); \
	MOVL R13, 20(AX); \
	MOVL R15, 24(AX); \
	MOVL DX, 28(AX)

// STEP takes one walk a node further. at and times say where the key of a slot is: in the walk's own lane of a group of
// rows, or in the one row that all walks have.
#define STEP(lane, at, times) \
	MOVL 4(CX)(lane*8), AX; \
	MOVQ at(SI)(AX*times), AX; \
	CMPQ (BX)(lane*8), AX; \
	MOVL (CX)(lane*8), lane; \
	ADCL $0, lane

// STEPCATEGORY is STEP for a model with categories: a step goes to the right also where the bit of the node's set that has the
// number of the row's category, the key's last six bits, is 1. The set of a node of a number, and of a leaf, is empty.
#define STEPCATEGORY(lane, at, times) \
	MOVL 4(CX)(lane*8), AX; \
	MOVQ at(SI)(AX*times), AX; \
	MOVQ (DI)(lane*8), R14; \
	CMPQ (BX)(lane*8), AX; \
	MOVL (CX)(lane*8), lane; \
	ADCL $0, lane; \
	BTQ  AX, R14; \
	ADCL $0, lane

// func walkEightRows(keys *uint64, links *histLink, cells *cell, at *[lanes]uint32, depth uint32)
TEXT ·walkEightRows(SB), NOSPLIT, $0-36
	MOVQ keys+0(FP), BX
	MOVQ links+8(FP), CX
	MOVQ cells+16(FP), SI
	MOVQ at+24(FP), AX
	LOAD
	MOVL depth+32(FP), DI
	TESTL DI, DI
	JZ   done

step:
	STEP(R8, 0, 8)
	STEP(R9, 8, 8)
	STEP(R10, 16, 8)
	STEP(R11, 24, 8)
	STEP(R12, 32, 8)
	STEP(R13, 40, 8)
	STEP(R15, 48, 8)
	STEP(DX, 56, 8)
	DECL DI
	JNZ  step

done:
	MOVQ at+24(FP), AX
	STORE
	RET

// func walkEightTrees(keys *uint64, links *histLink, row *uint64, at *[lanes]uint32, depth uint32)
TEXT ·walkEightTrees(SB), NOSPLIT, $0-36
	MOVQ keys+0(FP), BX
	MOVQ links+8(FP), CX
	MOVQ row+16(FP), SI
	MOVQ at+24(FP), AX
	LOAD
	MOVL depth+32(FP), DI
	TESTL DI, DI
	JZ   done

step:
	STEP(R8, 0, 1)
	STEP(R9, 0, 1)
	STEP(R10, 0, 1)
	STEP(R11, 0, 1)
	STEP(R12, 0, 1)
	STEP(R13, 0, 1)
	STEP(R15, 0, 1)
	STEP(DX, 0, 1)
	DECL DI
	JNZ  step

done:
	MOVQ at+24(FP), AX
	STORE
	RET

// func walkEightRowsByCategory(keys, outside *uint64, links *histLink, cells *cell, at *[lanes]uint32, depth uint32)
TEXT ·walkEightRowsByCategory(SB), NOSPLIT, $8-44
	MOVQ keys+0(FP), BX
	MOVQ outside+8(FP), DI
	MOVQ links+16(FP), CX
	MOVQ cells+24(FP), SI
	MOVQ at+32(FP), AX
	LOAD
	MOVL depth+40(FP), AX
	TESTL AX, AX
	JZ   done
	MOVL AX, depthLeft-8(SP)

step:
	STEPCATEGORY(R8, 0, 8)
	STEPCATEGORY(R9, 8, 8)
	STEPCATEGORY(R10, 16, 8)
	STEPCATEGORY(R11, 24, 8)
	STEPCATEGORY(R12, 32, 8)
	STEPCATEGORY(R13, 40, 8)
	STEPCATEGORY(R15, 48, 8)
	STEPCATEGORY(DX, 56, 8)
	DECL depthLeft-8(SP)
	JNZ  step

done:
	MOVQ at+32(FP), AX
	STORE
	RET

// func walkEightTreesByCategory(keys, outside *uint64, links *histLink, row *uint64, at *[lanes]uint32, depth uint32)
TEXT ·walkEightTreesByCategory(SB), NOSPLIT, $8-44
	MOVQ keys+0(FP), BX
	MOVQ outside+8(FP), DI
	MOVQ links+16(FP), CX
	MOVQ row+24(FP), SI
	MOVQ at+32(FP), AX
	LOAD
	MOVL depth+40(FP), AX
	TESTL AX, AX
	JZ   done
	MOVL AX, depthLeft-8(SP)

step:
	STEPCATEGORY(R8, 0, 1)
	STEPCATEGORY(R9, 0, 1)
	STEPCATEGORY(R10, 0, 1)
	STEPCATEGORY(R11, 0, 1)
	STEPCATEGORY(R12, 0, 1)
	STEPCATEGORY(R13, 0, 1)
	STEPCATEGORY(R15, 0, 1)
	STEPCATEGORY(DX, 0, 1)
	DECL depthLeft-8(SP)
	JNZ  step

done:
	MOVQ at+32(FP), AX
	STORE
	RET
