import { mount } from "svelte";
import App from "./App.svelte";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components.css";
import "./styles/desk.css";
import "./styles/dialog.css";
import "./styles/request-centre.css";
import "./styles/app.css";
import "./styles/responsive.css";

const target = document.getElementById("app");
if (target) mount(App, { target });
