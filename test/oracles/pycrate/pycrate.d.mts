export declare const PYTHON: string;
export declare function isPrepared(): boolean;
export declare function prepare(): void;
