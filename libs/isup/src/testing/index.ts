export {
  randomMessage,
  randomValue,
  SeededOctets,
  vocabularyOf,
  type RandomMessage,
} from "./random-messages.ts";
