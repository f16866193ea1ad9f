declare module "dompurify?whole" {
  export { default } from "dompurify";
}
declare module "marked?whole" {
  export * from "marked";
}
