/** What the page is told about graphs: written by data.py, read by the page's program. */

type Box = [x: number, y: number, width: number, height: number];
/** A number; JSON has no inf and nan, so they come as texts and are read as numbers at once. */
type Num = number | null;

interface ValueData {
  name: string;
  kind: "leaf" | "constant" | "parameter" | "intermediate" | "output";
  box: Box;
  number?: Num;
  gradient?: Num;
  shape?: string;
  /** Whether its gradient is only the rounding error of terms that cancel. */
  rounding?: boolean;
  by?: number;
  path?: string;
  call?: number;
}

interface OperationData {
  symbol: string;
  name: string;
  group: string;
  definition: string;
  derivatives: string[];
  lines?: string[];
  /** Which call of a module it stands for, and which of its results are used inside as well. */
  title?: string;
  reused?: number[];
  box: Box;
  arguments: number[];
  arrows: number[];
  results: number[];
  call?: number;
}

interface ArrowData {
  value: number;
  operation: number;
  position: number;
  /** What its local derivative is, in a graph of numbers. */
  role?: "activation" | "weight" | "leaf" | "other";
  path: string;
  height: number;
  /** What stands in the place of a long arrow. */
  stub?: string;
  /** Where it comes from a row above, its name. */
  arrivals?: [x: number, y: number, name: string][];
  contribution?: Num;
}

interface CallData {
  title: string;
  depth: number;
  outer?: number;
  innermost: boolean;
  box?: Box;
  /** What of it stands in further rows of the drawing. */
  continued?: Box[];
}

interface SlotData {
  arrow: number;
  formula: string;
  state: string;
  before?: Num;
  after?: Num;
}

interface StepData {
  phase: "forward" | "backward";
  operation?: number;
  result: number;
  /** All that a call computes at once, or goes back from. */
  results?: number[];
  upstream?: Num;
  formula: string;
  numbers: string;
  line?: string;
  sentence: string;
  slots: SlotData[];
}

interface GraphData {
  title: string;
  tensors: boolean;
  size: [number, number];
  output: number;
  reference: number;
  referenceOfNumbers: number;
  /** A tensor of parameters gets a sum over the batch, so it is compared with the last weight. */
  referenceOfParameters: Num;
  /** Of a network, the layer that the reference is of. */
  referencePlace?: string;
  referenceWords: string;
  verdict?: VerdictData;
  values: ValueData[];
  operations: OperationData[];
  arrows: ArrowData[];
  calls: CallData[];
  steps: StepData[];
  inputs: number[];
  code: string;
  lines: number[][];
  /** How to open a graph of tensors as one of numbers. */
  microscope?: string;
  elements?: ElementsData;
  factors?: FactorsData;
  /** What was joined in a graph by module, and how to see more. */
  modules?: { values: number; calls: number; inside: string; all: string };
  /** How to open a large graph, shown value by value, by module. */
  byModule?: string;
  /** How many single numbers a graph of tensors has. */
  numbers?: number;
}

/** What is said at the top of the page; of a leaf, by its index, or of a network. */
interface VerdictData {
  word: string;
  sentence: string;
  /** The class of its colour, of a network; found when it is first shown. */
  look?: string;
  leaf?: number;
  /** Of a network, the parameter whose way back shows what did it. */
  weight?: number;
  /** Of numbers: what lies behind the loss, and the leaves by their depth. */
  behind?: number[];
  groups?: number[][];
}

/** A number that JSON has no word for comes as text. */
type Written = number | string;

interface TensorData {
  dims: number[];
  numbers: Written[];
  gradients?: Written[];
  /** By arrow: what came back along it, where several add up. */
  sent?: Record<number, Written[]>;
}

/** The elements of one operation's result, those with one formula together. */
interface UnrolledData {
  /** Where the numbers of each argument begin, counted through all of them. */
  starts: number[];
  groups: {
    template: number;
    /** By blank: a number, as text which blank's number it is, or null: each row has its own. */
    slopes: (Written | null)[];
    /** From row to row, and in which order: the element, then the place of each blank. */
    steps: number[][];
    order: number[];
    /** By row: the helpers, then the slopes of its own. */
    own?: Written[][];
  }[];
  results?: Record<number, Written>;
  sums?: Record<number, Written>;
}

interface ElementsData {
  /** So many elements are shown at once, and so many are in the page. */
  small: number;
  large: number;
  templates: string[][];
  operations: Record<number, UnrolledData | string>;
  tensors: Record<number, TensorData>;
}

type BarData = [name: string, kind: string, factor: Written, arrives: Written, passes: Written];

interface FactorsData {
  bars: BarData[];
  ways: Record<number, { runs: [number, number][]; sentence: string; remark: string }>;
}

interface Look {
  bounds: number[];
  steps: string[];
  /** The word of each step. */
  ranges: string[];
  /** All verdicts, the worst first. */
  words: string[];
  samples: number[];
}

interface PageData {
  title: string;
  /** Whether the page opens at the first step and asks for each gradient. */
  predict: boolean;
  look: Look;
  graphs: GraphData[];
}

interface ProgramResult {
  values: Num[];
  gradients: Num[];
  contributions: Num[];
  locals: Num[];
}

/** The programs of a graph, generated by Python; none for a graph of tensors. */
interface Programs {
  program: (inputs: number[]) => ProgramResult;
  slips: (values: Num[]) => Num[];
}

declare const PROGRAMS: (Programs | null)[];
